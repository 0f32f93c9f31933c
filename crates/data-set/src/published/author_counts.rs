//! How much an account writes.

use super::column::{Column, Kind};
use super::events::{EDITED, POSTED};
use super::lineage::{Rows, group_by};
use super::standing;
use super::view::{Cadence, Domain, View};
use super::why::SHOWN_OF_PEOPLE;

pub(super) const VIEW: View = View {
    name: "author_counts",
    title: "Messages per author, tag and day",
    description: "How many messages that are not deleted an account wrote per tag on the UTC day that begins at \
        starts_at. No row for 0.",
    domain: Domain::Messages,
    cadence: Cadence::Folded("social"),
    primary_key: &["author", "tag", "starts_at"],
    time_column: Some("starts_at"),
    rows: Rows::by(&[
        standing::MESSAGE,
        standing::LATEST_EDITION,
        &[group_by(&[POSTED.field("tags"), EDITED.field("tags")])],
        &[group_by(&[POSTED.field("originalTime"), POSTED.recorded_at()])],
        &[group_by(&[POSTED.field("author")])],
    ]),
    columns: &[
        Column::new("author", Kind::BigInt, SHOWN_OF_PEOPLE, "The account.")
            .to_most("accounts", "id", super::NEVER_REGISTERED)
            .from(&[POSTED.field("author")])
            .like("7"),
        Column::new(
            "tag",
            Kind::Text,
            SHOWN_OF_PEOPLE,
            "The tag, folded; empty for any, which counts a message once.",
        )
        .made_of(&[POSTED.field("tags"), EDITED.field("tags")])
        .hangs_on(&[standing::LATEST_EDITION])
        .like("birds"),
        Column::new("starts_at", Kind::Timestamp, SHOWN_OF_PEOPLE, "When the day begins, in UTC.")
            .made_of(&[POSTED.field("originalTime"), POSTED.recorded_at()])
            .like("2026-11-02 00:00:00+00"),
        Column::new("messages", Kind::BigInt, SHOWN_OF_PEOPLE, "How many messages.")
            .counted_over(&[POSTED.itself()])
            .hangs_on(&[
                standing::MESSAGE,
                standing::LATEST_EDITION,
                &[group_by(&[POSTED.field("tags"), EDITED.field("tags")])],
                &[group_by(&[POSTED.field("originalTime"), POSTED.recorded_at()])],
                &[group_by(&[POSTED.field("author")])],
            ])
            .like("2"),
    ],
};
