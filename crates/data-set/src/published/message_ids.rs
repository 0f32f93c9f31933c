//! The key that replies refer to.

use super::column::{Column, Kind};
use super::events::{DELETED, POSTED};
use super::lineage::{Rows, filter};
use super::standing;
use super::view::{Cadence, Domain, View};
use super::why::{LEFT, SHOWN};

pub(super) const VIEW: View = View {
    name: "message_ids",
    title: "Ids of messages",
    description: "Every message that is or was there, or that a message answers: what replies refer to. \
        Deleted ones are in deleted_messages.",
    domain: Domain::Messages,
    cadence: Cadence::Folded("social"),
    primary_key: &["id"],
    time_column: None,
    rows: Rows::by(&[standing::MESSAGE, standing::TOMBSTONE, &[filter(&[POSTED.field("inReplyTo")])]]),
    columns: &[
        Column::new("id", Kind::BigInt, SHOWN, "The message.")
            .from(&[POSTED.position(), POSTED.field("inReplyTo"), DELETED.field("message")])
            .like("1024"),
        Column::new("id_text", Kind::Text, SHOWN, "`id` for programs that read numbers as doubles.")
            .from(&[POSTED.position(), POSTED.field("inReplyTo"), DELETED.field("message")])
            .like("1024"),
        Column::new(
            "state",
            Kind::Text,
            LEFT,
            "`present`, `deleted`, or `unknown`: something names it, but no fold ever showed it, as with a message that \
             was posted after its author had given the account up.",
        )
        .made_of(&[POSTED.itself(), DELETED.itself()]).hangs_on(&[standing::MESSAGE, standing::TOMBSTONE])
        .one_of(&["present", "deleted", "unknown"])
        .like("present"),
    ],
};
