//! Messages that changed, as an account sees them.

use crate::pool::Pool;
use crate::read::error::ReadError;
use crate::read::message_row::{ChangedRow, MessageColumns};
use crate::read::run::run;

const SQL: &str = concat!(include_str!("show_changed.sql"), include_str!("../show_messages.sql"));

/// Those of the messages that are there, in no order. Account 0 is nobody.
pub async fn show_changed(pool: &Pool, caller: i64, messages: &[i64]) -> Result<Vec<ChangedRow>, ReadError> {
    if messages.is_empty() {
        return Ok(Vec::new());
    }
    let query = || sqlx::query_as::<_, MessageColumns>(SQL).bind(caller).bind(messages).fetch_all(pool);
    Ok(run(query).await?.into_iter().filter_map(MessageColumns::into_changed).collect())
}
