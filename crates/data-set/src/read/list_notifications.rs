//! What others did to an account, newest first.

use time::OffsetDateTime;

use super::account_row::{AccountColumns, AccountRow};
use super::at::At;
use super::error::ReadError;
use super::page::{Page, PositionKey, one_more_than};
use super::run::run;
use crate::pool::Pool;

/// A page of notifications.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotificationRows {
    pub page: Page<NotificationRow, PositionKey>,
    /// How many of all there are are not read, counted up to 1000.
    pub unread: i64,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotificationRow {
    /// Of the event that it tells of.
    pub position: i64,
    /// A word of `control.notice`.
    pub kind: String,
    /// Who did it.
    pub actor: AccountRow,
    pub message: Option<i64>,
    pub notified_at: OffsetDateTime,
    pub is_read: bool,
}

/// There is always a first row: it carries the position and the number, and maybe no notification.
#[derive(sqlx::FromRow)]
struct Row {
    position: i64,
    unread: i64,
    read_marker: i64,
    #[sqlx(flatten)]
    actor: AccountColumns,
    kind: Option<String>,
    message: Option<i64>,
    notified_at: Option<OffsetDateTime>,
}

const SQL: &str = concat!(include_str!("list_notifications.sql"), include_str!("show_accounts.sql"));

/// At most `limit` notifications of an account from before `after`.
pub async fn list_notifications(
    pool: &Pool,
    account: i64,
    after: Option<PositionKey>,
    limit: u16,
) -> Result<At<NotificationRows>, ReadError> {
    let after = after.unwrap_or(PositionKey::NEWEST);
    let query = || {
        sqlx::query_as::<_, Row>(SQL).bind(account).bind(after.0).bind(one_more_than(limit)).fetch_all(pool)
    };
    let rows = run(query).await?;
    let (position, unread) = rows.first().map_or((0, 0), |row| (row.position, row.unread));
    let page = Page::cut(rows.into_iter().filter_map(notification), limit);
    Ok(At { position, value: NotificationRows { page, unread } })
}

/// With its place in the list; `None` in that where it is not shown.
fn notification(row: Row) -> Option<(PositionKey, Option<NotificationRow>)> {
    let (key, actor) = row.actor.into_placed()?;
    let (kind, notified_at) = (row.kind?, row.notified_at?);
    let PositionKey(position) = key;
    let (message, is_read) = (row.message, position <= row.read_marker);
    let shown = actor.map(|actor| NotificationRow { position, kind, actor, message, notified_at, is_read });
    Some((key, shown))
}
