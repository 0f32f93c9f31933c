//! Who follows an account, and whom it follows; newest follow first.

use super::account_row::{AccountColumns, AccountRow};
use super::at::At;
use super::error::ReadError;
use super::existence::AboutAccount;
use super::page::{Page, PositionKey, one_more_than};
use super::run::run;
use crate::pool::Pool;

/// Which end of a follow is listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Follows {
    Followers,
    Following,
}

#[derive(sqlx::FromRow)]
struct Row {
    #[sqlx(flatten)]
    about: AboutAccount,
    #[sqlx(flatten)]
    account: AccountColumns,
}

/// At most `limit` accounts of follows from before `after`, as the caller sees them; `None` without such an account.
pub async fn list_follows(
    pool: &Pool,
    caller: i64,
    (account, which): (i64, Follows),
    after: Option<PositionKey>,
    limit: u16,
) -> Result<At<Option<Page<AccountRow, PositionKey>>>, ReadError> {
    let after = after.unwrap_or(PositionKey::NEWEST);
    let query = || {
        sqlx::query_as::<_, Row>(statement(which))
            .bind(account)
            .bind(after.0)
            .bind(one_more_than(limit))
            .bind(caller)
            .fetch_all(pool)
    };
    let rows = run(query).await?;
    let Some(about) = rows.first().map(|row| row.about) else {
        return Ok(At { position: 0, value: None });
    };
    let accounts = rows.into_iter().filter_map(|row| row.account.into_placed());
    let page = Page::cut(accounts, limit);
    Ok(At { position: about.position, value: about.is_known.then_some(page) })
}

fn statement(which: Follows) -> &'static str {
    match which {
        Follows::Followers => concat!(include_str!("list_followers.sql"), include_str!("show_accounts.sql")),
        Follows::Following => concat!(include_str!("list_following.sql"), include_str!("show_accounts.sql")),
    }
}
