//! How many follow, are followed and write.

use super::column::{Column, Kind};
use super::events::{BLOCKED, DELETED, FOLLOWED, POSTED, UNFOLLOWED};
use super::view::{Cadence, Domain, View};
use super::why::SHOWN_OF_PEOPLE;

pub(super) const VIEW: View = View {
    name: "account_stats",
    title: "Counts of accounts",
    description: "Followers, followed accounts and messages per account. No row where all are 0.",
    domain: Domain::People,
    cadence: Cadence::Folded("social"),
    primary_key: &["account"],
    time_column: None,
    columns: &[
        Column::new("account", Kind::BigInt, SHOWN_OF_PEOPLE, "The account.")
            .to_most("accounts", "id", super::NEVER_REGISTERED)
            .from(&[FOLLOWED.field("follower"), FOLLOWED.field("followee"), POSTED.field("author")])
            .like("7"),
        Column::new("followers", Kind::BigInt, SHOWN_OF_PEOPLE, "How many accounts follow it.")
            .from(&[FOLLOWED.field("followee"), UNFOLLOWED.field("followee"), BLOCKED.field("blocked")])
            .like("5"),
        Column::new("following", Kind::BigInt, SHOWN_OF_PEOPLE, "How many accounts it follows.")
            .from(&[FOLLOWED.field("follower"), UNFOLLOWED.field("follower"), BLOCKED.field("blocker")])
            .like("9"),
        Column::new("messages", Kind::BigInt, SHOWN_OF_PEOPLE, "How many messages of it are not deleted.")
            .from(&[POSTED.field("author"), DELETED.field("message")])
            .like("12"),
    ],
};
