//! Who is gone.

use super::column::{Column, Kind};
use super::events::{DEACTIVATED, PROFILE_CHANGED, REGISTERED};
use super::lineage::{Rows, conditional, filter, sort};
use super::standing;
use super::view::{Cadence, Domain, View};
use super::why::GONE;

pub(super) const VIEW: View = View {
    name: "former_accounts",
    title: "Accounts that were given up",
    description: "Accounts that were given up, for good. What they wrote is deleted, what they did is gone.",
    domain: Domain::People,
    cadence: Cadence::Folded("social"),
    primary_key: &["id"],
    time_column: Some("deactivated_at"),
    rows: Rows::by(&[&[filter(&[DEACTIVATED.itself(), DEACTIVATED.field("account")])]]),
    columns: &[
        Column::new("id", Kind::BigInt, GONE, "The account; below 2^53.")
            .from(&[DEACTIVATED.field("account")])
            .like("8"),
        Column::new(
            "handle",
            Kind::Text,
            GONE,
            "The handle that it had; empty for an account that never registered.",
        )
        .from(&[REGISTERED.field("handle"), PROFILE_CHANGED.field("handle")])
        .hangs_on(&[standing::FIRST_REGISTRATION, standing::LAST_PROFILE, &[sort(&[DEACTIVATED.position()])]])
        .like("dodo"),
        Column::new(
            "deactivated_at",
            Kind::Timestamp,
            GONE,
            "When it was given up: the original time of what was imported, else when the log recorded it.",
        )
        .from(&[DEACTIVATED.field("originalTime"), DEACTIVATED.recorded_at()])
        .hangs_on(&[&[
            conditional(&[DEACTIVATED.itself(), DEACTIVATED.field("account")]),
            sort(&[DEACTIVATED.position()]),
        ]])
        .like("2026-11-20 12:00:00+00"),
    ],
};
