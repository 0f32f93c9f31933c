//! Up to where accounts have read their notifications.

use postgres_kit::Connection;

use crate::write::columns::column;
use crate::write::error::WriteError;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadMarkerRow {
    pub account: i64,
    /// A position.
    pub until: i64,
}

pub(super) async fn write(connection: &mut Connection, rows: &[ReadMarkerRow]) -> Result<(), WriteError> {
    if rows.is_empty() {
        return Ok(());
    }
    sqlx::query(include_str!("read_markers/move.sql"))
        .bind(column(rows, |row| row.account))
        .bind(column(rows, |row| row.until))
        .execute(connection)
        .await?;
    Ok(())
}
