//! Who likes a message, and who reposted it; newest first.

use super::account_row::{AccountColumns, AccountRow};
use super::at::At;
use super::error::ReadError;
use super::existence::AboutMessage;
use super::existence::Existence;
use super::page::{Page, PositionKey, one_more_than};
use super::run::run;
use crate::pool::Pool;

/// Which reaction is listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reactions {
    Likes,
    Reposts,
}

#[derive(sqlx::FromRow)]
struct Row {
    #[sqlx(flatten)]
    about: AboutMessage,
    #[sqlx(flatten)]
    account: AccountColumns,
}

/// At most `limit` accounts that reacted to a message before `after`, as the caller sees them.
pub async fn list_reactions(
    pool: &Pool,
    caller: i64,
    (message, which): (i64, Reactions),
    after: Option<PositionKey>,
    limit: u16,
) -> Result<At<Existence<Page<AccountRow, PositionKey>>>, ReadError> {
    let after = after.unwrap_or(PositionKey::NEWEST);
    let query = || {
        sqlx::query_as::<_, Row>(statement(which))
            .bind(message)
            .bind(after.0)
            .bind(one_more_than(limit))
            .bind(caller)
            .fetch_all(pool)
    };
    let rows = run(query).await?;
    let Some(about) = rows.first().map(|row| row.about) else {
        return Ok(At { position: 0, value: Existence::Unknown });
    };
    let accounts = rows.into_iter().filter_map(|row| row.account.into_placed());
    let page = Page::cut(accounts, limit);
    Ok(At { position: about.position, value: about.existence(page) })
}

fn statement(which: Reactions) -> &'static str {
    match which {
        Reactions::Likes => concat!(include_str!("list_likers.sql"), include_str!("show_accounts.sql")),
        Reactions::Reposts => concat!(include_str!("list_reposters.sql"), include_str!("show_accounts.sql")),
    }
}
