//! What analysts may see: every view of the schema `published` and every column of it, said once.
//!
//! Pure data. From here come the comments in the database (`describe.rs`), the rows of `published.data_sets`,
//! `docs/DATA_SET.md`, the data contract, sources for dbt, and whatever else tells strangers what there is. A test holds it against a real database: a view
//! that is not described here must not be in the schema, and no column, type or null may be there that is not said.
//! What the query API alone needs is in another schema and not described.
//!
//! A new view is a file beside these and a line in [`VIEWS`]. What was released stays: see [`document`].

mod account_stats;
mod accounts;
mod author_counts;
mod column;
mod comment;
pub mod contract;
mod daily_activity;
mod data_sets;
pub mod dbt;
mod deleted_messages;
mod deletion_history;
pub mod document;
mod edit_history;
mod event_times;
pub mod events;
mod follow_history;
mod follows;
mod former_accounts;
mod like_history;
mod likes;
pub mod lineage;
mod message_editions;
mod message_ids;
mod message_stats;
mod message_tags;
mod messages;
mod moderation_actions;
mod not_shown;
pub mod open_lineage;
mod parked_events;
mod projections;
mod reports;
mod repost_history;
mod reposts;
mod sources;
mod standing;
mod tag_counts;
mod view;
mod why;

pub use column::{Column, Kind, Reference};
pub use events::Field;
pub use lineage::{Influence, Rows, Transformation};
pub use not_shown::{NOT_SHOWN, NotShown};
pub use view::{Cadence, Domain, View};
pub use why::{Classification, Why};

/// The schema of the views. A change that breaks somebody's query makes another one beside it.
pub const SCHEMA: &str = "published";

/// The version of what is promised of it, as exports and the data contract name it: the second number counts what was added, the
/// third what was only said better. The first one never changes, because what breaks somebody's query is another schema.
pub const CONTRACT_VERSION: &str = "1.0.0";

/// Rows are known to be complete up to this long ago while reducers run. That is what is promised; two seconds is what is usual.
pub const FRESH_WITHIN_MINUTES: u32 = 1;

/// All views, those that belong together side by side.
pub const VIEWS: &[View] = &[
    messages::VIEW,
    message_ids::VIEW,
    message_tags::VIEW,
    message_editions::VIEW,
    message_stats::VIEW,
    deleted_messages::VIEW,
    tag_counts::VIEW,
    author_counts::VIEW,
    daily_activity::VIEW,
    accounts::VIEW,
    former_accounts::VIEW,
    account_stats::VIEW,
    follows::VIEW,
    likes::VIEW,
    reposts::VIEW,
    follow_history::VIEW,
    like_history::VIEW,
    repost_history::VIEW,
    edit_history::VIEW,
    deletion_history::VIEW,
    moderation_actions::VIEW,
    reports::VIEW,
    data_sets::VIEW,
    event_times::VIEW,
    projections::VIEW,
    parked_events::VIEW,
];

/// Accounts that act without a row in `accounts`. (Who gave an account up has nothing left that could name it.)
const NEVER_REGISTERED: &str = "accounts of another system, which never registered here";
const GONE_OR_NEVER_REGISTERED: &str =
    "accounts that were given up, and those of another system, which never registered here";

/// The view of a name.
pub fn view(name: &str) -> Option<&'static View> {
    VIEWS.iter().find(|view| view.name == name)
}

#[cfg(test)]
mod tests;
