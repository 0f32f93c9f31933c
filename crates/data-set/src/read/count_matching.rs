//! Counts of messages that are folded nowhere: those with a combination of tags.

use time::OffsetDateTime;

use super::at::At;
use super::count_error::CountError;
use super::matching::{Wanted, walk};
use super::message_filter::MessageFilter;
use super::run::run;
use crate::pool::Pool;

/// The most messages that are looked at for one answer: some 0.3 s. What has more is not counted.
pub const COUNTED_LOOKS_MAX: i64 = 100_000;

/// Messages between two bounds.
#[derive(Debug, sqlx::FromRow)]
pub(super) struct Row {
    position: i64,
    /// How many bounds are not behind them. Null where there are none at all.
    bound: Option<i32>,
    walked: Option<i64>,
    messages: Option<i64>,
    first: Option<OffsetDateTime>,
    last: Option<OffsetDateTime>,
}

/// What was found in the whole range.
#[derive(Debug, Default)]
pub(super) struct Counted {
    /// Before the first bound, and from each bound to the next one or the end.
    pub(super) messages: Vec<i64>,
    /// When the first and the last of them were created.
    pub(super) extent: Option<(OffsetDateTime, OffsetDateTime)>,
}

impl Counted {
    /// `None` where more were looked at than may be.
    pub(super) fn of(rows: &[Row], bounds: &[OffsetDateTime], looks_max: i64) -> Option<At<Self>> {
        if rows.iter().filter_map(|row| row.walked).sum::<i64>() > looks_max {
            return None;
        }
        let mut counted = Self { messages: vec![0; bounds.len() + 1], extent: None };
        for row in rows {
            let place = row.bound.and_then(|bound| counted.messages.get_mut(usize::try_from(bound).ok()?));
            if let (Some(place), Some(messages)) = (place, row.messages) {
                *place = messages;
            }
            if let Some((first, last)) = row.first.zip(row.last) {
                let (before, after) = counted.extent.unwrap_or((first, last));
                counted.extent = Some((before.min(first), after.max(last)));
            }
        }
        Some(At { position: rows.first().map_or(0, |row| row.position), value: counted })
    }

    pub(super) fn all(&self) -> i64 {
        self.messages.iter().sum()
    }
}

/// Counts what the filter means, cut at rising bounds.
pub(super) async fn count_matching(
    pool: &Pool,
    filter: &MessageFilter,
    bounds: &[OffsetDateTime],
) -> Result<At<Counted>, CountError> {
    let wanted = Wanted::of(filter);
    let query = || {
        sqlx::query_as::<_, Row>(walk!(wanted.author, "count_matching.sql", "sum_fitting.sql"))
            .bind(wanted.any)
            .bind(&wanted.all)
            .bind(wanted.none)
            .bind(filter.range.end().to_time())
            // Ids are positive: nothing of the end itself.
            .bind(0_i64)
            .bind(wanted.start)
            .bind(&wanted.gaps)
            .bind(COUNTED_LOOKS_MAX + 1)
            .bind(wanted.author)
            .bind(bounds)
            .fetch_all(pool)
    };
    Counted::of(&run(query).await?, bounds, COUNTED_LOOKS_MAX).ok_or(CountError::TooManyMessages)
}
