//! How many messages a tag has.

use super::column::{Column, Kind};
use super::events::{EDITED, POSTED};
use super::lineage::{Rows, group_by};
use super::standing;
use super::view::{Cadence, Domain, View};
use super::why::FOLLOWS;

pub(super) const VIEW: View = View {
    name: "tag_counts",
    title: "Messages per tag and time",
    description: "How many messages that are not deleted were written per tag in the minute, hour, day or month (UTC) that \
        begins at starts_at. No row for 0. Choose one grain: each counts all messages.",
    domain: Domain::Messages,
    cadence: Cadence::Folded("social"),
    primary_key: &["tag", "grain", "starts_at"],
    time_column: Some("starts_at"),
    rows: Rows::by(&[
        standing::MESSAGE,
        standing::LATEST_EDITION,
        &[group_by(&[POSTED.field("tags"), EDITED.field("tags")])],
        &[group_by(&[POSTED.field("originalTime"), POSTED.recorded_at()])],
    ]),
    columns: &[
        Column::new(
            "tag",
            Kind::Text,
            FOLLOWS,
            "The tag, folded; empty for any, which counts a message once.",
        )
        .made_of(&[POSTED.field("tags"), EDITED.field("tags")])
        .hangs_on(&[standing::LATEST_EDITION])
        .like("birds"),
        Column::new("grain", Kind::Text, FOLLOWS, "How long the time is that is counted.")
            .one_of(&["minute", "hour", "day", "month"])
            .like("day"),
        Column::new("starts_at", Kind::Timestamp, FOLLOWS, "When it begins, in UTC.")
            .made_of(&[POSTED.field("originalTime"), POSTED.recorded_at()])
            .like("2026-11-02 00:00:00+00"),
        Column::new("messages", Kind::BigInt, FOLLOWS, "How many messages.")
            .counted_over(&[POSTED.itself()])
            .hangs_on(&[
                standing::MESSAGE,
                standing::LATEST_EDITION,
                &[group_by(&[POSTED.field("tags"), EDITED.field("tags")])],
                &[group_by(&[POSTED.field("originalTime"), POSTED.recorded_at()])],
            ])
            .like("12"),
    ],
};
