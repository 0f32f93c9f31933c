//! What was reported.

use super::column::{Column, Kind};
use super::events::{REPORT_FILED, REPORT_RESOLVED};
use super::lineage::{Rows, conditional, filter, join, sort};
use super::view::{Cadence, Domain, View};
use super::why::ANSWERED_FOR;

pub(super) const VIEW: View = View {
    name: "reports",
    title: "Reports",
    description: "What was reported to moderators and what became of it; without words, and without who reported it.",
    domain: Domain::Moderation,
    cadence: Cadence::Folded("social"),
    primary_key: &["position"],
    time_column: Some("reported_at"),
    rows: Rows::by(&[&[filter(&[REPORT_FILED.itself()])]]),
    columns: &[
        Column::new("position", Kind::BigInt, ANSWERED_FOR, "Where in the log it was filed, and so its id.")
            .from(&[REPORT_FILED.position()])
            .like("4864"),
        Column::new("account", Kind::BigInt, ANSWERED_FOR, "The account that it is about.")
            .to_most("accounts", "id", super::GONE_OR_NEVER_REGISTERED)
            .from(&[REPORT_FILED.field("account")])
            .like("11"),
        Column::new(
            "message",
            Kind::BigInt,
            ANSWERED_FOR,
            "The message that it is about, which may be deleted. Null: none.",
        )
        .nullable()
        .to_most("message_ids", "id", "messages that no fold ever showed")
        .from(&[REPORT_FILED.field("message")])
        .like("1024"),
        Column::new(
            "message_id_text",
            Kind::Text,
            ANSWERED_FOR,
            "`message` for programs that read numbers as doubles.",
        )
        .nullable()
        .from(&[REPORT_FILED.field("message")])
        .like("1024"),
        Column::new("reason", Kind::Text, ANSWERED_FOR, "Why.")
            .one_of(&["spam", "harassment", "impersonation", "illegal", "other"])
            .from(&[REPORT_FILED.field("reason")])
            .like("spam"),
        Column::new("reported_at", Kind::Timestamp, ANSWERED_FOR, "When the log recorded it.")
            .from(&[REPORT_FILED.recorded_at()])
            .like("2026-11-10 13:00:00+00"),
        Column::new("outcome", Kind::Text, ANSWERED_FOR, "What became of it. Null: it is open.")
            .nullable()
            .one_of(&["acted", "dismissed"])
            .from(&[REPORT_RESOLVED.field("outcome")])
            .hangs_on(&[&[
                conditional(&[REPORT_RESOLVED.itself()]),
                join(&[REPORT_FILED.position(), REPORT_RESOLVED.field("report")]),
                sort(&[REPORT_RESOLVED.position()]),
            ]])
            .like("acted"),
        Column::new("resolved_by", Kind::BigInt, ANSWERED_FOR, "The moderator. Null: it is open.")
            .nullable()
            .to_most("accounts", "id", super::GONE_OR_NEVER_REGISTERED)
            .from(&[REPORT_RESOLVED.field("by")])
            .hangs_on(&[&[
                conditional(&[REPORT_RESOLVED.itself()]),
                join(&[REPORT_FILED.position(), REPORT_RESOLVED.field("report")]),
                sort(&[REPORT_RESOLVED.position()]),
            ]])
            .like("3"),
        Column::new(
            "resolved_at",
            Kind::Timestamp,
            ANSWERED_FOR,
            "When the log recorded that. Null: it is open.",
        )
        .nullable()
        .from(&[REPORT_RESOLVED.recorded_at()])
        .hangs_on(&[&[
            conditional(&[REPORT_RESOLVED.itself()]),
            join(&[REPORT_FILED.position(), REPORT_RESOLVED.field("report")]),
            sort(&[REPORT_RESOLVED.position()]),
        ]])
        .like("2026-11-10 14:00:00+00"),
    ],
};
