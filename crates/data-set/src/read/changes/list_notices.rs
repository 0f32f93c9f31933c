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

/// Index: notification_by_position, a range of it, oldest first; or notification_pk, where they are one account's.
const OF_ALL: &str = "select recipient, position from served.notifications \
    where position > $1 and position <= $2 order by position limit $3";
const OF_ONE: &str = "select recipient, position from served.notifications \
    where recipient = $4 and position > $1 and position <= $2 order by position limit $3";

/// Notifications of all accounts, or of one, behind a position and up to another one: at most `limit`, the oldest.
pub async fn list_notices(
    pool: &Pool,
    recipient: Option<i64>,
    after: i64,
    until: i64,
    limit: u16,
) -> Result<Vec<NoticeKey>, ReadError> {
    let query = || {
        let sql = if recipient.is_some() { OF_ONE } else { OF_ALL };
        let query = sqlx::query_as::<_, NoticeKey>(sql).bind(after).bind(until).bind(i64::from(limit));
        match recipient {
            Some(recipient) => query.bind(recipient).fetch_all(pool),
            None => query.fetch_all(pool),
        }
    };
    run(query).await
}
