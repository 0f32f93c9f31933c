//! When events were recorded.

use postgres_kit::Connection;

use super::rows::EventTimeRow;
use crate::write::columns::column;
use crate::write::error::WriteError;

pub(super) async fn write(connection: &mut Connection, rows: &[EventTimeRow]) -> Result<(), WriteError> {
    if rows.is_empty() {
        return Ok(());
    }
    sqlx::query(include_str!("event_times/raise.sql"))
        .bind(column(rows, |row| row.level))
        .bind(column(rows, |row| row.block))
        .bind(column(rows, |row| row.recorded_at))
        .bind(column(rows, |row| row.created_at))
        .execute(connection)
        .await?;
    Ok(())
}
