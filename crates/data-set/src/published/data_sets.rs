//! How fresh every view is.

use super::column::{Column, Kind};
use super::lineage::Rows;
use super::view::{Cadence, Domain, View};
use super::why::RUNNING;

pub(super) const VIEW: View = View {
    name: "data_sets",
    title: "Views and how fresh they are",
    description: "Every view of this schema, up to where in the log its rows reflect it, and how far that is behind. Views of one \
        projection are at one position.",
    domain: Domain::Running,
    cadence: Cadence::Live,
    primary_key: &["view"],
    time_column: None,
    rows: Rows::LIVE,
    columns: &[
        Column::new("view", Kind::Text, RUNNING, "The view.").like("messages"),
        Column::new("projection", Kind::Text, RUNNING, "The projection that it shows. Null: it says how things stand now.")
            .nullable()
            .like("social"),
        Column::new("position", Kind::BigInt, RUNNING, "Every event up to here is in the rows. Null: no projection, or nothing was folded yet.")
            .nullable()
            .like("4096"),
        Column::new("folded_at", Kind::Timestamp, RUNNING, "When the position last moved. Null as with position.")
            .nullable()
            .like("2026-11-27 12:00:00+00"),
        Column::new(
            "lag_events",
            Kind::BigInt,
            RUNNING,
            "How many events of the log are not in the rows, as far as the reducers saw the log, which they look at once a \
             second while they run. Null: they have not yet.",
        )
        .nullable()
        .like("0"),
        Column::new(
            "lag_seconds",
            Kind::Double,
            RUNNING,
            "How old the rows may be: for so long they are not known to be complete. Up to 2 while all is well; grows while \
             no reducer runs. Null: it is not known.",
        )
        .nullable()
        .like("0.8"),
    ],
};
