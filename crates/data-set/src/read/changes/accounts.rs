//! What is to be known of accounts that changes are by.

use crate::pool::Pool;
use crate::read::error::ReadError;
use crate::read::message_row::AuthorRow;
use crate::read::run::run;

/// Whether an account wants to see nothing of another one, or may not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::FromRow)]
pub struct Avoidance {
    pub account: i64,
    pub is_hidden: bool,
    pub is_muted: bool,
}

/// Of some accounts, as `caller` sees them.
pub async fn avoided_among(pool: &Pool, caller: i64, accounts: &[i64]) -> Result<Vec<Avoidance>, ReadError> {
    if accounts.is_empty() {
        return Ok(Vec::new());
    }
    let sql = include_str!("list_avoided_among.sql");
    run(|| sqlx::query_as::<_, Avoidance>(sql).bind(caller).bind(accounts).fetch_all(pool)).await
}

/// The names of those accounts that everybody may see.
pub async fn list_names(pool: &Pool, accounts: &[i64]) -> Result<Vec<AuthorRow>, ReadError> {
    if accounts.is_empty() {
        return Ok(Vec::new());
    }
    let sql = include_str!("list_names.sql");
    let query = || sqlx::query_as::<_, (i64, String, String)>(sql).bind(accounts).fetch_all(pool);
    let author = |(id, handle, name)| AuthorRow { id, handle: Some(handle), display_name: Some(name) };
    Ok(run(query).await?.into_iter().map(author).collect())
}
