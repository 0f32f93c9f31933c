//! Whom the caller blocks, and whom it mutes; newest first.

use super::account_row::{AccountColumns, AccountRow};
use super::at::At;
use super::error::ReadError;
use super::page::{Page, PositionKey, one_more_than};
use super::run::run;
use crate::pool::Pool;

/// Which accounts are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Avoided {
    Blocks,
    Mutes,
}

#[derive(sqlx::FromRow)]
struct Row {
    position: i64,
    #[sqlx(flatten)]
    account: AccountColumns,
}

/// At most `limit` accounts that the caller blocked, or muted, before `after`.
pub async fn list_avoided(
    pool: &Pool,
    caller: i64,
    which: Avoided,
    after: Option<PositionKey>,
    limit: u16,
) -> Result<At<Page<AccountRow, PositionKey>>, ReadError> {
    let after = after.unwrap_or(PositionKey::NEWEST);
    let query = || {
        sqlx::query_as::<_, Row>(statement(which))
            .bind(caller)
            .bind(after.0)
            .bind(one_more_than(limit))
            .fetch_all(pool)
    };
    let rows = run(query).await?;
    let position = rows.first().map_or(0, |row| row.position);
    let accounts = rows.into_iter().filter_map(|row| row.account.into_placed());
    Ok(At { position, value: Page::cut(accounts, limit) })
}

fn statement(which: Avoided) -> &'static str {
    match which {
        Avoided::Blocks => concat!(include_str!("list_blocks.sql"), include_str!("show_accounts.sql")),
        Avoided::Mutes => concat!(include_str!("list_mutes.sql"), include_str!("show_accounts.sql")),
    }
}
