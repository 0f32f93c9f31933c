//! What happened on each day.

use super::column::{Column, Kind};
use super::events::{DEACTIVATED, DELETED, FOLLOWED, Field, LIKED, POSTED, REGISTERED, REPOSTED};
use super::lineage::{Influence, Rows, group_by, sort};
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
    rows: Rows::by(&[
        OF_POSTS, OF_DELETIONS, OF_LIKES, OF_REPOSTS, OF_FOLLOWS, OF_REGISTRATIONS, OF_DEACTIVATIONS,
    ])
    .and_of(&["messages", "deleted_messages", "likes", "reposts", "follows", "accounts", "former_accounts"]),
    columns: &[
        Column::new("day", Kind::Date, FOLLOWS, "The day, of UTC.")
            .made_of(&[
                POSTED.field("originalTime"),
                POSTED.recorded_at(),
                DELETED.field("originalTime"),
                DELETED.recorded_at(),
                LIKED.field("originalTime"),
                LIKED.recorded_at(),
                REPOSTED.field("originalTime"),
                REPOSTED.recorded_at(),
                FOLLOWED.field("originalTime"),
                FOLLOWED.recorded_at(),
                REGISTERED.field("originalTime"),
                REGISTERED.recorded_at(),
                DEACTIVATED.field("originalTime"),
                DEACTIVATED.recorded_at(),
            ])
            .like("2026-11-02"),
        number("messages", "Messages written that are not deleted, replies included.", &[POSTED.itself()])
            .counts(&["messages"])
            .hangs_on(&[OF_POSTS]),
        number("authors", "Accounts that wrote at least one of these messages.", &[POSTED.field("author")])
            .counts(&["messages"])
            .hangs_on(&[OF_POSTS]),
        number("replies", "Those of the messages that answer another one.", &[POSTED.field("inReplyTo")])
            .counts(&["messages"])
            .hangs_on(&[OF_POSTS]),
        number(
            "deletions",
            "Messages deleted on the day, whenever they were written, also because their account was given up.",
            &[DELETED.itself(), DEACTIVATED.itself()],
        )
        .counts(&["deleted_messages"])
        .hangs_on(&[OF_DELETIONS, OF_DEACTIVATIONS]),
        number("likes", "Likes given that still stand.", &[LIKED.itself()])
            .counts(&["likes"])
            .hangs_on(&[OF_LIKES]),
        number("reposts", "Reposts made that still stand.", &[REPOSTED.itself()])
            .counts(&["reposts"])
            .hangs_on(&[OF_REPOSTS]),
        number("follows", "Follows begun that still stand.", &[FOLLOWED.itself()])
            .counts(&["follows"])
            .hangs_on(&[OF_FOLLOWS]),
        number("registrations", "Accounts registered that were not given up.", &[REGISTERED.itself()])
            .counts(&["accounts"])
            .hangs_on(&[OF_REGISTRATIONS, &[sort(&[REGISTERED.position()])]]),
        number("deactivations", "Accounts given up on the day.", &[DEACTIVATED.itself()])
            .counts(&["former_accounts"])
            .hangs_on(&[OF_DEACTIVATIONS, &[sort(&[DEACTIVATED.position()])]]),
    ],
};

/// By which time something is counted.
const OF_POSTS: &[Influence] = &[group_by(&[POSTED.field("originalTime"), POSTED.recorded_at()])];
const OF_DELETIONS: &[Influence] = &[group_by(&[DELETED.field("originalTime"), DELETED.recorded_at()])];
const OF_LIKES: &[Influence] = &[group_by(&[LIKED.field("originalTime"), LIKED.recorded_at()])];
const OF_REPOSTS: &[Influence] = &[group_by(&[REPOSTED.field("originalTime"), REPOSTED.recorded_at()])];
const OF_FOLLOWS: &[Influence] = &[group_by(&[FOLLOWED.field("originalTime"), FOLLOWED.recorded_at()])];
const OF_REGISTRATIONS: &[Influence] =
    &[group_by(&[REGISTERED.field("originalTime"), REGISTERED.recorded_at()])];
const OF_DEACTIVATIONS: &[Influence] =
    &[group_by(&[DEACTIVATED.field("originalTime"), DEACTIVATED.recorded_at()])];

const fn number(name: &'static str, description: &'static str, over: &'static [Field]) -> Column {
    Column::new(name, Kind::BigInt, FOLLOWS, description).counted_over(over).like("12")
}
