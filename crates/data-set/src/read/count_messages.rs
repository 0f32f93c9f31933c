//! How many messages: sums over folded counts and the rows of two short edges, for a range of any size.

use std::ops::Range;

use sqlx::Postgres;
use sqlx::postgres::PgArguments;
use sqlx::query::QueryAs;
use time::OffsetDateTime;

use super::at::At;
use super::count_error::CountError;
use super::count_matching::count_matching;
use super::error::ReadError;
use super::message_filter::MessageFilter;
use super::run::run;
use super::spans;
use super::tag::TagFilter;
use crate::granularity::Granularity;
use crate::pool::Pool;
use crate::timestamp::Timestamp;

/// The exact number of messages that match.
pub async fn count_messages(pool: &Pool, filter: &MessageFilter) -> Result<At<i64>, CountError> {
    let MessageFilter { tag, tags, author, range } = filter;
    if tags.is_some() {
        return Ok(count_matching(pool, filter, &[]).await?.map(|counted| counted.all()));
    }
    let mut ranges = Ranges::of(*author);
    for interval in range.intervals() {
        ranges.add(0, interval);
    }
    let sums = sum(pool, tag, &ranges).await?;
    Ok(sums.map(|sums| sums.first().copied().unwrap_or_default()))
}

/// Ranges of time, each with the number of the sum that it counts towards.
#[derive(Debug)]
pub(super) struct Ranges {
    author: Option<i64>,
    sums: usize,
    numbers: Vec<i32>,
    granularities: Vec<Option<&'static str>>,
    starts: Vec<OffsetDateTime>,
    ends: Vec<OffsetDateTime>,
    /// What must be split for the range to be folded; none for ranges that always or never are.
    parents: Vec<Option<&'static str>>,
    parent_starts: Vec<Option<OffsetDateTime>>,
}

impl Ranges {
    pub(super) fn of(author: Option<i64>) -> Self {
        Self {
            author,
            sums: 0,
            numbers: vec![],
            granularities: vec![],
            starts: vec![],
            ends: vec![],
            parents: vec![],
            parent_starts: vec![],
        }
    }

    /// Adds a range to a sum. Several may share one.
    pub(super) fn add(&mut self, number: u16, range: &Range<Timestamp>) {
        self.sums = self.sums.max(usize::from(number) + 1);
        for span in spans::cut(range.start, range.end) {
            // The months of a tag are always folded, those of an author only if there are many messages in all.
            let parent = span
                .parent()
                .filter(|(granularity, _)| self.author.is_some() || *granularity != Granularity::All);
            self.numbers.push(i32::from(number));
            self.granularities.push(span.granularity.map(Granularity::name));
            self.starts.push(span.start.to_time());
            self.ends.push(span.end.to_time());
            self.parents.push(parent.map(|(granularity, _)| granularity.name()));
            self.parent_starts.push(parent.map(|(_, begin)| begin.to_time()));
        }
    }

    /// Six arguments, in the order in which the statements unnest them.
    pub(super) fn bind<'query, O>(
        &'query self,
        query: QueryAs<'query, Postgres, O, PgArguments>,
    ) -> QueryAs<'query, Postgres, O, PgArguments> {
        query
            .bind(&self.numbers)
            .bind(&self.granularities)
            .bind(&self.starts)
            .bind(&self.ends)
            .bind(&self.parents)
            .bind(&self.parent_starts)
    }
}

/// The sums in the order of their numbers.
pub(super) async fn sum(pool: &Pool, tag: &TagFilter, ranges: &Ranges) -> Result<At<Vec<i64>>, ReadError> {
    let rows: Vec<(i64, Option<i32>, Option<i64>)> = run(|| rows(pool, tag, ranges)).await?;
    let mut sums = vec![0; ranges.sums];
    for (_, number, messages) in &rows {
        let place = number.and_then(|number| sums.get_mut(usize::try_from(number).ok()?));
        if let (Some(place), Some(messages)) = (place, messages) {
            *place = *messages;
        }
    }
    Ok(At { position: rows.first().map_or(0, |row| row.0), value: sums })
}

async fn rows(
    pool: &Pool,
    tag: &TagFilter,
    ranges: &Ranges,
) -> Result<Vec<(i64, Option<i32>, Option<i64>)>, sqlx::Error> {
    let sql = match ranges.author {
        None => include_str!("count_by_tag.sql"),
        Some(_) => include_str!("count_by_author.sql"),
    };
    let query = ranges.bind(sqlx::query_as(sql).bind(tag.as_str()));
    let query = match ranges.author {
        None => query,
        Some(author) => query.bind(author),
    };
    query.fetch_all(pool).await
}
