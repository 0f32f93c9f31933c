//! What was reported to moderators, newest first.

use time::OffsetDateTime;

use super::at::At;
use super::error::ReadError;
use super::page::{Page, PositionKey, one_more_than};
use super::run::run;
use crate::pool::Pool;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReportState {
    Open,
    Resolved,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportRow {
    pub position: i64,
    pub reporter: i64,
    pub account: i64,
    pub message: Option<i64>,
    /// What the message says now.
    pub text: Option<String>,
    pub reason: String,
    pub comment: Option<String>,
    pub reported_at: OffsetDateTime,
    pub outcome: Option<String>,
    pub resolved_by: Option<i64>,
    pub resolution: Option<String>,
}

/// There is always a first row: it carries the position, and maybe no report.
#[derive(sqlx::FromRow)]
struct Row {
    position: i64,
    id: Option<i64>,
    reporter: Option<i64>,
    account: Option<i64>,
    message: Option<i64>,
    text: Option<String>,
    reason: Option<String>,
    comment: Option<String>,
    reported_at: Option<OffsetDateTime>,
    outcome: Option<String>,
    resolved_by: Option<i64>,
    resolution: Option<String>,
}

/// At most `limit` reports in a state from before `after`.
pub async fn list_reports(
    pool: &Pool,
    state: ReportState,
    after: Option<PositionKey>,
    limit: u16,
) -> Result<At<Page<ReportRow, PositionKey>>, ReadError> {
    let after = after.unwrap_or(PositionKey::NEWEST);
    let sql = match state {
        ReportState::Open => include_str!("list_reports_open.sql"),
        ReportState::Resolved => include_str!("list_reports_resolved.sql"),
    };
    let query = || sqlx::query_as::<_, Row>(sql).bind(after.0).bind(one_more_than(limit)).fetch_all(pool);
    let rows = run(query).await?;
    let position = rows.first().map_or(0, |row| row.position);
    Ok(At { position, value: Page::cut(rows.into_iter().filter_map(report), limit) })
}

fn report(row: Row) -> Option<(PositionKey, Option<ReportRow>)> {
    let position = row.id?;
    let report = ReportRow {
        position,
        reporter: row.reporter?,
        account: row.account?,
        message: row.message,
        text: row.text,
        reason: row.reason?,
        comment: row.comment,
        reported_at: row.reported_at?,
        outcome: row.outcome,
        resolved_by: row.resolved_by,
        resolution: row.resolution,
    };
    Some((PositionKey(position), Some(report)))
}
