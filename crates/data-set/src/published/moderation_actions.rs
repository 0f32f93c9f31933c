//! What moderators decided.

use super::column::{Column, Kind};
use super::events::{MODERATED, ROLES_CHANGED};
use super::lineage::{Rows, filter};
use super::view::{Cadence, Domain, View};
use super::why::ANSWERED_FOR;

pub(super) const VIEW: View = View {
    name: "moderation_actions",
    title: "Decisions of moderators",
    description: "What moderators and operators decided about accounts, each for good, and who of them; without their words.",
    domain: Domain::Moderation,
    cadence: Cadence::Folded("social"),
    primary_key: &["position"],
    time_column: Some("decided_at"),
    rows: Rows::by(&[&[filter(&[MODERATED.itself(), ROLES_CHANGED.itself()])]]),
    columns: &[
        Column::new("position", Kind::BigInt, ANSWERED_FOR, "Where in the log it was decided.")
            .from(&[MODERATED.position(), ROLES_CHANGED.position()])
            .like("5120"),
        Column::new("account", Kind::BigInt, ANSWERED_FOR, "The account that it is about.")
            .to_most("accounts", "id", super::GONE_OR_NEVER_REGISTERED)
            .from(&[MODERATED.field("account"), ROLES_CHANGED.field("account")])
            .like("11"),
        Column::new("action", Kind::Text, ANSWERED_FOR, "What was done; `roles`: roles were given or taken.")
            .one_of(&["warn", "silence", "suspend", "lift", "roles"])
            .from(&[MODERATED.field("action")])
            .like("warn"),
        Column::new("reason", Kind::Text, ANSWERED_FOR, "Why. Null for roles.")
            .nullable()
            .one_of(&["spam", "harassment", "impersonation", "illegal", "other"])
            .from(&[MODERATED.field("reason")])
            .like("spam"),
        Column::new("roles", Kind::TextArray, ANSWERED_FOR, "The roles that the account has from then on.")
            .from(&[MODERATED.field("roles"), ROLES_CHANGED.field("roles")])
            .like("{moderator}"),
        Column::new(
            "decided_by",
            Kind::BigInt,
            ANSWERED_FOR,
            "The moderator; 9007199254740991 for an operator with a tool.",
        )
        .to_most(
            "accounts",
            "id",
            "operators with a tool, and accounts that never registered here or were given up",
        )
        .from(&[MODERATED.field("by"), ROLES_CHANGED.field("by")])
        .like("3"),
        Column::new("decided_at", Kind::Timestamp, ANSWERED_FOR, "When the log recorded it.")
            .from(&[MODERATED.recorded_at(), ROLES_CHANGED.recorded_at()])
            .like("2026-11-10 14:00:00+00"),
    ],
};
