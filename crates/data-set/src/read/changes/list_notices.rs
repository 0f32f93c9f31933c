//! Who was notified of something, in the order of the log.

use crate::pool::Pool;
use crate::read::error::ReadError;
use crate::read::run::run;

/// Whose notification, and of which event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::FromRow)]
pub struct NoticeKey {
    pub recipient: i64,
    pub position: i64,
}

/// Notifications of all accounts, or of one, behind a position and up to another one: at most `limit`, the oldest.
pub async fn list_notices(
    pool: &Pool,
    recipient: Option<i64>,
    after: i64,
    until: i64,
    limit: u16,
) -> Result<Vec<NoticeKey>, ReadError> {
    let query = || {
        let sql = match recipient {
            Some(_) => include_str!("list_notices_of_account.sql"),
            None => include_str!("list_notices.sql"),
        };
        let query = sqlx::query_as::<_, NoticeKey>(sql).bind(after).bind(until).bind(i64::from(limit));
        match recipient {
            Some(recipient) => query.bind(recipient).fetch_all(pool),
            None => query.fetch_all(pool),
        }
    };
    run(query).await
}
