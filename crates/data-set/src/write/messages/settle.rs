//! Which tombstones conversations lead through.

use std::collections::BTreeSet;

use postgres_kit::Connection;

use crate::write::error::WriteError;

/// Brings tombstones up to date, if the ids are such, after messages below them came or went. What a tombstone says
/// follows from the rows below it alone, so it does not matter how the changes were cut into batches.
///
/// Each round goes one reply up. A change is felt at most 50 replies above it, so there are at most 51 rounds.
pub(super) async fn settle(connection: &mut Connection, mut ids: BTreeSet<i64>) -> Result<(), WriteError> {
    while !ids.is_empty() {
        let above: Vec<Option<i64>> = sqlx::query_scalar(include_str!("settle.sql"))
            .bind(ids.into_iter().collect::<Vec<_>>())
            .fetch_all(&mut *connection)
            .await?;
        ids = above.into_iter().flatten().collect();
    }
    Ok(())
}
