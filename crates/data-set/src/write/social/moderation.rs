//! What moderators and operators decided.

use std::collections::BTreeMap;

use postgres_kit::Connection;
use time::OffsetDateTime;

use crate::write::columns::{array_literal, column};
use crate::write::error::WriteError;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModerationRow {
    pub position: i64,
    pub account: i64,
    pub action: &'static str,
    /// Where there is none, roles were changed: the account is not notified.
    pub reason: Option<&'static str>,
    /// From then on.
    pub roles: Vec<String>,
    /// From then on.
    pub restriction: Option<&'static str>,
    pub decided_by: i64,
    pub operator: Option<String>,
    pub note: Option<String>,
    pub decided_at: OffsetDateTime,
}

pub(super) async fn write(connection: &mut Connection, rows: &[ModerationRow]) -> Result<(), WriteError> {
    if rows.is_empty() {
        return Ok(());
    }
    sqlx::query(include_str!("moderation/insert.sql"))
        .bind(column(rows, |row| row.position))
        .bind(column(rows, |row| row.account))
        .bind(column(rows, |row| row.action))
        .bind(column(rows, |row| row.reason))
        .bind(column(rows, |row| array_literal(&row.roles)))
        .bind(column(rows, |row| row.decided_by))
        .bind(column(rows, |row| row.operator.as_deref()))
        .bind(column(rows, |row| row.note.as_deref()))
        .bind(column(rows, |row| row.decided_at))
        .execute(&mut *connection)
        .await?;
    // Each holds all of what holds from then on, so the last one stands.
    let last: BTreeMap<i64, Option<&str>> = rows.iter().map(|row| (row.account, row.restriction)).collect();
    sqlx::query(include_str!("moderation/restrict.sql"))
        .bind(last.keys().copied().collect::<Vec<_>>())
        .bind(last.values().copied().collect::<Vec<_>>())
        .execute(connection)
        .await?;
    Ok(())
}
