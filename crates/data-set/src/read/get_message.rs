//! One message.

use super::list_messages::{MessageColumns, MessageRow};
use super::run::run;
use super::{At, ReadError};
use crate::Pool;

/// What there is under an id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Existence<T> {
    Present(T),
    /// It was deleted; this account had posted it.
    Deleted {
        author: i64,
    },
    Unknown,
}

#[derive(sqlx::FromRow)]
struct Row {
    #[sqlx(flatten)]
    message: MessageColumns,
    deleted_author: Option<i64>,
}

/// The message with an id, or what is left of it.
pub async fn get_message(pool: &Pool, id: i64) -> Result<At<Existence<MessageRow>>, ReadError> {
    let query = || sqlx::query_as::<_, Row>(include_str!("get_message.sql")).bind(id).fetch_one(pool);
    let Row { message, deleted_author } = run(query).await?;
    let position = message.position;
    let value = match (message.into_message(), deleted_author) {
        (Some(message), _) => Existence::Present(message),
        (None, Some(author)) => Existence::Deleted { author },
        (None, None) => Existence::Unknown,
    };
    Ok(At { position, value })
}
