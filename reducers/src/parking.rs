//! What keeps an event that cannot be folded from doing harm: it is parked, and every later event that might meet it
//! waits. All others are folded.
//!
//! An event *holds* what it decides alone and *touches* what it shares ([`Claims`]). Two events whose claims do not clash
//! come to the same rows in either order. A later event waits if its claims clash with those of an event that is parked
//! or waits already; so the rows are at any moment those of the log without these, and folding these at last, in their
//! order, gives the rows of the whole log.
//!
//! What is claimed is looked up in the rows as they are just before the event, so the same events wait however the log
//! is cut into batches.

mod choose;
mod chunk;
mod classify;
mod look_ahead;
mod too_late;
mod undecodable;
mod walk;

use std::collections::{HashMap, HashSet};

use data_set::write::parked::{Held, Parked};
use data_set::write::{Step, WriteError};
use event_store::Subject;

use crate::projections::Fold;

use crate::projections::Claims;
pub use choose::{Chosen, choose};
pub(crate) use classify::{Seen, describe, drop_parked, park, pass_over, see};
pub(crate) use look_ahead::piece;
pub(crate) use too_late::too_late;
pub(crate) use undecodable::{claims_of_bad, claims_of_refused};
pub(crate) use walk::settle;
pub use walk::{Choice, ReleaseError, Released, retry};

/// What the parked and waiting events of a lane claim. Only that is in memory; the events are in the table and the log.
#[derive(Debug, Clone, Default)]
pub(crate) struct Quarantine {
    holds: HashSet<String>,
    touches: HashSet<String>,
}

impl From<Held> for Quarantine {
    fn from(held: Held) -> Self {
        Self { holds: held.holds.into_iter().collect(), touches: held.touches.into_iter().collect() }
    }
}

impl Quarantine {
    /// Nothing is parked, so nothing waits.
    pub(crate) fn is_empty(&self) -> bool {
        self.holds.is_empty() && self.touches.is_empty()
    }

    /// What an event would have to wait for.
    pub(crate) fn obstacle<'claims>(&self, claims: &'claims Claims) -> Option<&'claims str> {
        let is_held = |entity: &&String| self.holds.contains(*entity);
        let is_claimed = |entity: &&String| self.holds.contains(*entity) || self.touches.contains(*entity);
        claims.holds().find(is_claimed).or_else(|| claims.touches().find(is_held)).map(String::as_str)
    }

    pub(crate) fn add(&mut self, claims: &Claims) {
        self.holds.extend(claims.holds().cloned());
        self.touches.extend(claims.touches().cloned());
    }
}

/// Adds to claims what the rows say, and what is known of messages that are parked themselves.
pub(crate) async fn complete(
    fold: &dyn Fold,
    step: &mut Step,
    claims: &mut [Claims],
) -> Result<(), WriteError> {
    fold.complete(step, claims).await?;
    let named: Vec<i64> = claims.iter().flat_map(|own| own.messages.iter().copied()).collect();
    if named.is_empty() {
        return Ok(());
    }
    let parked = step.parked_at(&named).await?;
    let author = |row: &Parked| Some((row.position, Subject::account_of(&row.subject)?.get()));
    touch_authors(&parked.iter().filter_map(author).collect::<Vec<_>>(), claims);
    Ok(())
}

/// Whoever names a message depends on whether its author is former.
pub(crate) fn touch_authors(authors: &[(i64, i64)], claims: &mut [Claims]) {
    let authors: HashMap<i64, i64> = authors.iter().copied().collect();
    for own in claims {
        let found: Vec<i64> =
            own.messages.iter().filter_map(|message| authors.get(message).copied()).collect();
        found.into_iter().for_each(|author| own.add_touch("account", author));
    }
}
