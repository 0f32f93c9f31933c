//! What people told moderators, and what became of it.

use postgres_kit::Connection;
use time::OffsetDateTime;

use crate::write::columns::column;
use crate::write::error::WriteError;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportRow {
    pub position: i64,
    pub reporter: i64,
    pub account: i64,
    pub message: Option<i64>,
    pub reason: &'static str,
    pub comment: Option<String>,
    pub reported_at: OffsetDateTime,
}

/// The first one of its report in the segment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResolutionRow {
    pub report: i64,
    pub outcome: &'static str,
    pub resolved_by: i64,
    pub resolved_at: OffsetDateTime,
    pub note: Option<String>,
}

pub(super) async fn file(connection: &mut Connection, rows: &[ReportRow]) -> Result<(), WriteError> {
    if rows.is_empty() {
        return Ok(());
    }
    sqlx::query(include_str!("reports/file.sql"))
        .bind(column(rows, |row| row.position))
        .bind(column(rows, |row| row.reporter))
        .bind(column(rows, |row| row.account))
        .bind(column(rows, |row| row.message))
        .bind(column(rows, |row| row.reason))
        .bind(column(rows, |row| row.comment.as_deref()))
        .bind(column(rows, |row| row.reported_at))
        .execute(connection)
        .await?;
    Ok(())
}

pub(super) async fn resolve(connection: &mut Connection, rows: &[ResolutionRow]) -> Result<(), WriteError> {
    if rows.is_empty() {
        return Ok(());
    }
    sqlx::query(include_str!("reports/resolve.sql"))
        .bind(column(rows, |row| row.report))
        .bind(column(rows, |row| row.outcome))
        .bind(column(rows, |row| row.resolved_by))
        .bind(column(rows, |row| row.resolved_at))
        .bind(column(rows, |row| row.note.as_deref()))
        .execute(connection)
        .await?;
    Ok(())
}
