//! What moderators and operators decided, newest first.

use time::OffsetDateTime;

use super::at::At;
use super::error::ReadError;
use super::page::{Page, PositionKey, one_more_than};
use super::run::run;
use crate::pool::Pool;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecisionRow {
    pub position: i64,
    pub account: i64,
    pub action: String,
    pub reason: Option<String>,
    pub roles: Vec<String>,
    pub decided_by: Option<i64>,
    pub operator: Option<String>,
    pub note: Option<String>,
    pub decided_at: OffsetDateTime,
}

/// There is always a first row: it carries the position, and maybe no decision.
#[derive(sqlx::FromRow)]
struct Row {
    position: i64,
    id: Option<i64>,
    account: Option<i64>,
    action: Option<String>,
    reason: Option<String>,
    roles: Option<Vec<String>>,
    decided_by: Option<i64>,
    operator: Option<String>,
    note: Option<String>,
    decided_at: Option<OffsetDateTime>,
}

/// At most `limit` decisions from before `after`: all of them, or those about one account as that may see them.
pub async fn list_moderation(
    pool: &Pool,
    account: Option<i64>,
    after: Option<PositionKey>,
    limit: u16,
) -> Result<At<Page<DecisionRow, PositionKey>>, ReadError> {
    let after = after.unwrap_or(PositionKey::NEWEST);
    let query = || async move {
        let query = match account {
            None => sqlx::query_as::<_, Row>(include_str!("list_moderation.sql")),
            Some(_) => sqlx::query_as(include_str!("list_own_moderation.sql")),
        };
        let query = query.bind(after.0).bind(one_more_than(limit));
        let query = if let Some(account) = account { query.bind(account) } else { query };
        query.fetch_all(pool).await
    };
    let rows = run(query).await?;
    let position = rows.first().map_or(0, |row| row.position);
    Ok(At { position, value: Page::cut(rows.into_iter().filter_map(decision), limit) })
}

fn decision(row: Row) -> Option<(PositionKey, Option<DecisionRow>)> {
    let position = row.id?;
    let decision = DecisionRow {
        position,
        account: row.account?,
        action: row.action?,
        reason: row.reason,
        roles: row.roles?,
        decided_by: row.decided_by,
        operator: row.operator,
        note: row.note,
        decided_at: row.decided_at?,
    };
    Some((PositionKey(position), Some(decision)))
}
