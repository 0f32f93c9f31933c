//! The editions of one message.

use time::OffsetDateTime;

use super::at::At;
use super::error::ReadError;
use super::existence::Existence;
use super::run::run;
use crate::pool::Pool;

/// One edition of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EditionRow {
    pub edition: i32,
    pub text: String,
    pub tags: Vec<String>,
    pub made_at: OffsetDateTime,
}

#[derive(sqlx::FromRow)]
struct Row {
    position: i64,
    edition: Option<i32>,
    text: Option<String>,
    tags: Option<Vec<String>>,
    made_at: Option<OffsetDateTime>,
    deleted_author: Option<i64>,
}

/// Every edition of the message with an id, oldest first, as an account sees it, or what is left of it.
pub async fn get_history(
    pool: &Pool,
    caller: i64,
    id: i64,
) -> Result<At<Existence<Vec<EditionRow>>>, ReadError> {
    let query =
        || sqlx::query_as::<_, Row>(include_str!("get_history.sql")).bind(id).bind(caller).fetch_all(pool);
    let rows = run(query).await?;
    // There is always a first row: it carries the position, even where there is no edition.
    let (position, deleted_author) = rows.first().map_or((0, None), |row| (row.position, row.deleted_author));
    let editions: Vec<_> = rows.into_iter().filter_map(into_edition).collect();
    let value = match (editions.is_empty(), deleted_author) {
        (false, _) => Existence::Present(editions),
        (true, Some(author)) => Existence::Deleted { author },
        (true, None) => Existence::Unknown,
    };
    Ok(At { position, value })
}

fn into_edition(row: Row) -> Option<EditionRow> {
    Some(EditionRow { edition: row.edition?, text: row.text?, tags: row.tags?, made_at: row.made_at? })
}
