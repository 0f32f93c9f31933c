//! Accounts and their profiles.

use postgres_kit::Connection;
use time::OffsetDateTime;

use crate::write::columns::column;
use crate::write::error::WriteError;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegisteredRow {
    pub id: i64,
    pub handle: String,
    pub display_name: String,
    pub bio: String,
    pub registered_at: OffsetDateTime,
}

/// A profile as it is at the end of the segment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProfileRow {
    pub id: i64,
    pub handle: String,
    pub display_name: String,
    pub bio: String,
}

pub(super) async fn register(connection: &mut Connection, rows: &[RegisteredRow]) -> Result<(), WriteError> {
    if rows.is_empty() {
        return Ok(());
    }
    sqlx::query(include_str!("accounts/register.sql"))
        .bind(column(rows, |row| row.id))
        .bind(column(rows, |row| row.handle.as_str()))
        .bind(column(rows, |row| row.display_name.as_str()))
        .bind(column(rows, |row| row.bio.as_str()))
        .bind(column(rows, |row| row.registered_at))
        .execute(connection)
        .await?;
    Ok(())
}

pub(super) async fn change(connection: &mut Connection, rows: &[ProfileRow]) -> Result<(), WriteError> {
    if rows.is_empty() {
        return Ok(());
    }
    sqlx::query(include_str!("accounts/change.sql"))
        .bind(column(rows, |row| row.id))
        .bind(column(rows, |row| row.handle.as_str()))
        .bind(column(rows, |row| row.display_name.as_str()))
        .bind(column(rows, |row| row.bio.as_str()))
        .execute(connection)
        .await?;
    Ok(())
}
