//! The busiest tags of a window of time, as they were at a moment.

use sqlx::postgres::types::PgRange;
use time::OffsetDateTime;

use super::cutoff::Cutoff;
use crate::pool::Pool;
use crate::read::at::At;
use crate::read::count_error::CountError;
use crate::read::count_matching::COUNTED_LOOKS_MAX;
use crate::read::run::run;
use crate::read::top_tags::{HIDDEN_FACTOR, TagWindow, TopTagRow};

/// There is always a first row, maybe without a tag.
#[derive(Debug, sqlx::FromRow)]
struct Row {
    position: i64,
    walked: i64,
    tag: Option<String>,
    messages: Option<i64>,
    before: Option<i64>,
    is_visible: bool,
}

/// At most `limit` tags, the busiest first, as [`crate::read::top_tags()`] gave them at the moment; whom the caller sees
/// is of today. All messages of the window and of the one before it are looked at, so both are exact, or refused.
pub async fn top_tags_as_of(
    pool: &Pool,
    caller: i64,
    window: &TagWindow,
    cutoff: Cutoff,
    limit: u16,
) -> Result<At<Vec<TopTagRow>>, CountError> {
    let end = window.range.end().min(cutoff.created_before());
    let gaps: Vec<PgRange<OffsetDateTime>> =
        window.range.gaps().map(|gap| (gap.start.to_time()..gap.end.to_time()).into()).collect();
    let query = || {
        sqlx::query_as::<_, Row>(concat!(include_str!("top_tags.sql"), include_str!("../show_tags.sql")))
            .bind(window.before().to_time())
            .bind(window.start().to_time())
            .bind(end.to_time())
            .bind(&gaps)
            .bind(COUNTED_LOOKS_MAX + 1)
            .bind(cutoff.position)
            .bind(i64::from(limit) * HIDDEN_FACTOR)
            .bind(caller)
            .fetch_all(pool)
    };
    let rows = run(query).await?;
    let position = rows.first().map_or(0, |row| row.position);
    if rows.first().is_some_and(|row| row.walked > COUNTED_LOOKS_MAX) {
        return Err(CountError::TooManyMessages);
    }
    let shown = rows.into_iter().filter(|row| row.is_visible).filter_map(|row| {
        let Row { tag, messages, before, .. } = row;
        Some(TopTagRow { tag: tag?, messages: messages?, before: before? })
    });
    Ok(At { position, value: shown.take(limit.into()).collect() })
}
