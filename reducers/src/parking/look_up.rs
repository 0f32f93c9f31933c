//! The conflict keys that an event does not say itself.

use data_set::write::parked::Parked;
use data_set::write::{Step, WriteError};
use event_store::Subject;

use crate::projections::{ConflictKeys, Fold};

/// Adds what the rows say, and the authors of messages that are parked themselves.
pub(crate) async fn look_up(
    fold: &dyn Fold,
    step: &mut Step,
    keys: &mut [ConflictKeys],
) -> Result<(), WriteError> {
    fold.look_up(step, keys).await?;
    let named = ConflictKeys::messages_of(keys);
    if named.is_empty() {
        return Ok(());
    }
    let parked = step.parked_at(&named).await?;
    let author = |row: &Parked| Some((row.position, Subject::account_of(&row.subject)?.get()));
    ConflictKeys::add_authors(keys, &parked.iter().filter_map(author).collect::<Vec<_>>());
    Ok(())
}
