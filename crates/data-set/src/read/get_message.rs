//! One message.

use super::at::At;
use super::error::ReadError;
use super::existence::Existence;
use super::message_row::{MessageColumns, MessageRow};
use super::run::run;
use crate::pool::Pool;

#[derive(sqlx::FromRow)]
struct Row {
    #[sqlx(flatten)]
    message: MessageColumns,
    deleted_author: Option<i64>,
}

const SQL: &str = concat!(include_str!("get_message.sql"), include_str!("show_messages.sql"));

/// The message with an id as an account sees it, or what is left of it. `sees_hidden`: also where it is hidden from the
/// caller, or from everybody.
pub async fn get_message(
    pool: &Pool,
    caller: i64,
    sees_hidden: bool,
    id: i64,
) -> Result<At<Existence<MessageRow>>, ReadError> {
    let query = || sqlx::query_as::<_, Row>(SQL).bind(id).bind(caller).fetch_one(pool);
    let Row { message, deleted_author } = run(query).await?;
    let position = message.position;
    let message = if sees_hidden { message.also_hidden() } else { message };
    let value = match (message.into_message(), deleted_author) {
        (Some(message), _) => Existence::Present(message),
        (None, Some(author)) => Existence::Deleted { author },
        (None, None) => Existence::Unknown,
    };
    Ok(At { position, value })
}
