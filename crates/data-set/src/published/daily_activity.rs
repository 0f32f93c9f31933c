//! What happened on each day.

use super::column::{Column, Kind};
use super::events::{
    DEACTIVATED, DELETED, FOLLOWED, LIKED, POSTED, REGISTERED, REPOSTED, UNFOLLOWED, UNLIKED, UNREPOSTED,
};
use super::view::{Cadence, Domain, View};
use super::why::FOLLOWS;

pub(super) const VIEW: View = View {
    name: "daily_activity",
    title: "Activity per day",
    description: "What happened on each day of UTC, from the first day on which anything did to the last, with the days in \
        between; what was imported at its original time. What was undone or deleted since is not counted, except as a \
        deletion. For days of another zone there is the function local_counts.",
    domain: Domain::Messages,
    cadence: Cadence::Folded("social"),
    primary_key: &["day"],
    time_column: Some("day"),
    columns: &[
        Column::new("day", Kind::Date, FOLLOWS, "The day, of UTC.")
            .from(&[POSTED.field("originalTime"), POSTED.recorded_at()])
            .like("2026-11-02"),
        number(
            "messages",
            "Messages written that are not deleted, replies included.",
            &[POSTED.itself(), DELETED.itself()],
        ),
        number(
            "authors",
            "Accounts that wrote at least one of these messages.",
            &[POSTED.field("author"), DELETED.itself()],
        ),
        number(
            "replies",
            "Those of the messages that answer another one.",
            &[POSTED.field("inReplyTo"), DELETED.itself()],
        ),
        number(
            "deletions",
            "Messages deleted on the day, whenever they were written, also because their account was given up.",
            &[DELETED.recorded_at(), DEACTIVATED.recorded_at()],
        ),
        number("likes", "Likes given that still stand.", &[LIKED.itself(), UNLIKED.itself()]),
        number("reposts", "Reposts made that still stand.", &[REPOSTED.itself(), UNREPOSTED.itself()]),
        number("follows", "Follows begun that still stand.", &[FOLLOWED.itself(), UNFOLLOWED.itself()]),
        number(
            "registrations",
            "Accounts registered that were not given up.",
            &[REGISTERED.itself(), DEACTIVATED.itself()],
        ),
        number("deactivations", "Accounts given up on the day.", &[DEACTIVATED.recorded_at()]),
    ],
};

const fn number(name: &'static str, description: &'static str, lineage: &'static [super::Field]) -> Column {
    Column::new(name, Kind::BigInt, FOLLOWS, description).from(lineage).like("12")
}
