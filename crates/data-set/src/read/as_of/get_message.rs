//! One message as it was at a moment.

use super::cutoff::Cutoff;
use crate::pool::Pool;
use crate::read::at::At;
use crate::read::error::ReadError;
use crate::read::existence::Existence;
use crate::read::message_row::{MessageColumns, ThreadRow};
use crate::read::run::run;

#[derive(sqlx::FromRow)]
struct Row {
    #[sqlx(flatten)]
    message: MessageColumns,
    deleted_author: Option<i64>,
}

const SQL: &str = concat!(include_str!("get_message.sql"), include_str!("show_messages.sql"));

/// The message with an id, or what was left of it at the moment. One that was deleted since leaves its place. The answer's
/// own position is how far the data reflects the log.
pub async fn get_message_as_of(
    pool: &Pool,
    caller: i64,
    id: i64,
    cutoff: Cutoff,
) -> Result<At<Existence<ThreadRow>>, ReadError> {
    let query = || sqlx::query_as::<_, Row>(SQL).bind(id).bind(caller).bind(cutoff.position).fetch_one(pool);
    let Row { message, deleted_author } = run(query).await?;
    let position = message.position;
    let value = match (message.into_part_of_thread(), deleted_author) {
        (Some(message), _) => Existence::Present(message),
        (None, Some(author)) => Existence::Deleted { author },
        (None, None) => Existence::Unknown,
    };
    Ok(At { position, value })
}
