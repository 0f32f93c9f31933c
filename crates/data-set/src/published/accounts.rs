//! Who is there.

use super::column::{Column, Kind};
use super::events::{MODERATED, PROFILE_CHANGED, REGISTERED, ROLES_CHANGED};
use super::lineage::{Rows, conditional, join, sort};
use super::standing;
use super::view::{Cadence, Domain, View};
use super::why::{ANSWERED_FOR, SHOWN_OF_PEOPLE};

pub(super) const VIEW: View = View {
    name: "accounts",
    title: "Accounts",
    description: "Accounts that registered and were not given up, with their profiles as they are now.",
    domain: Domain::People,
    cadence: Cadence::Folded("social"),
    primary_key: &["id"],
    time_column: Some("registered_at"),
    rows: Rows::by(&[standing::ACCOUNT]),
    columns: &[
        Column::new("id", Kind::BigInt, SHOWN_OF_PEOPLE, "The account; below 2^53.")
            .from(&[REGISTERED.field("account")])
            .like("7"),
        Column::new("handle", Kind::Text, SHOWN_OF_PEOPLE, "Its name for others: 1 to 30 of a-z, 0-9 and _.")
            .from(&[REGISTERED.field("handle"), PROFILE_CHANGED.field("handle")]).hangs_on(&[standing::FIRST_REGISTRATION, standing::LAST_PROFILE])
            .like("tern"),
        Column::new("display_name", Kind::Text, SHOWN_OF_PEOPLE, "The name that it shows.")
            .from(&[REGISTERED.field("displayName"), PROFILE_CHANGED.field("displayName")]).hangs_on(&[standing::FIRST_REGISTRATION, standing::LAST_PROFILE])
            .like("Arctic Tern"),
        Column::new("bio", Kind::Text, SHOWN_OF_PEOPLE, "What it says of itself; may be empty.")
            .from(&[REGISTERED.field("bio"), PROFILE_CHANGED.field("bio")]).hangs_on(&[standing::FIRST_REGISTRATION, standing::LAST_PROFILE])
            .like("Twice a year around the world"),
        Column::new(
            "registered_at",
            Kind::Timestamp,
            SHOWN_OF_PEOPLE,
            "When it was registered: the original time of an imported account, else when the log recorded it.",
        )
        .from(&[REGISTERED.field("originalTime"), REGISTERED.recorded_at()]).hangs_on(&[standing::FIRST_REGISTRATION])
        .like("2026-11-01 09:30:00+00"),
        Column::new("restriction", Kind::Text, ANSWERED_FOR, "What a moderator restricted it to. Null: nothing.")
            .nullable()
            .one_of(&["silenced", "suspended"])
            .from(&[MODERATED.field("restriction"), ROLES_CHANGED.field("restriction")]).hangs_on(&[&[conditional(&[MODERATED.itself(), MODERATED.field("account"), ROLES_CHANGED.itself(), ROLES_CHANGED.field("account")]), sort(&[MODERATED.position(), ROLES_CHANGED.position(), REGISTERED.position()]), join(&[REGISTERED.field("account")])]])
            .like("silenced"),
    ],
};
