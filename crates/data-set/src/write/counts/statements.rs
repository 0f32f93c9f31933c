//! The statements that change counts.

use std::collections::HashMap;

use postgres_kit::Connection;
use time::OffsetDateTime;

use super::keys::{ANYBODY, Change, Period, TagNumber};
use crate::granularity::Granularity;
use crate::timestamp::Timestamp;
use crate::write::error::WriteError;

/// A count that decides whether its period is split.
#[derive(Debug, Clone, Copy)]
pub(super) struct Answer {
    pub(super) period: Period,
    pub(super) before: i64,
    pub(super) after: i64,
    pub(super) split_from: i64,
}

fn at(second: i64) -> OffsetDateTime {
    Timestamp::from_seconds(second).to_time()
}

/// The key of an answered row. Statements answer only keys that they were given, or parts of such periods.
fn period(tags: &[String], author: i64, tag: &str, starts_at: OffsetDateTime) -> Option<Period> {
    let place = tags.binary_search_by(|own| own.as_str().cmp(tag)).ok()?;
    Some((author, TagNumber::try_from(place).ok()?, starts_at.unix_timestamp()))
}

/// Counts that grow; answers those that are many now.
pub(super) async fn add(
    connection: &mut Connection,
    tags: &[String],
    granularity: Granularity,
    changes: &[Change],
) -> Result<Vec<Answer>, WriteError> {
    change(connection, include_str!("add.sql"), tags, granularity, changes).await
}

/// Counts that shrink or stay; answers all of them.
pub(super) async fn take(
    connection: &mut Connection,
    tags: &[String],
    granularity: Granularity,
    changes: &[Change],
) -> Result<Vec<Answer>, WriteError> {
    let answers = change(connection, include_str!("take.sql"), tags, granularity, changes).await?;
    change(connection, include_str!("drop_empty.sql"), tags, granularity, changes).await?;
    Ok(answers)
}

async fn change(
    connection: &mut Connection,
    sql: &'static str,
    tags: &[String],
    granularity: Granularity,
    changes: &[Change],
) -> Result<Vec<Answer>, WriteError> {
    if changes.is_empty() {
        return Ok(Vec::new());
    }
    let rows: Vec<(i64, String, OffsetDateTime, i64, i64)> = sqlx::query_as(sql)
        .bind(granularity.name())
        .bind(changes.iter().map(|change| change.author).collect::<Vec<_>>())
        .bind(changes.iter().map(|change| tags[change.tag as usize].as_str()).collect::<Vec<_>>())
        .bind(changes.iter().map(|change| at(change.starts_at)).collect::<Vec<_>>())
        .bind(changes.iter().map(|change| change.messages).collect::<Vec<_>>())
        .fetch_all(connection)
        .await?;
    let by_key: HashMap<Period, i64> = match rows.is_empty() {
        true => HashMap::new(),
        false => changes.iter().map(|change| (change.key(), change.messages)).collect(),
    };
    let answer = |(author, tag, starts_at, after, split_from): (i64, String, OffsetDateTime, i64, i64)| {
        let period = period(tags, author, &tag, starts_at)?;
        let before = after - by_key.get(&period)?;
        Some(Answer { period, before, after, split_from })
    };
    Ok(rows.into_iter().filter_map(answer).collect())
}

/// Counts of `granularity` in periods of `parent`; answers those that are many again.
pub(super) async fn split(
    connection: &mut Connection,
    tags: &[String],
    parent: Granularity,
    granularity: Granularity,
    periods: &[Period],
) -> Result<Vec<Period>, WriteError> {
    let mut split = Vec::new();
    for (sql, periods) in by_kind(periods, include_str!("split_tags.sql"), include_str!("split_authors.sql"))
    {
        let rows: Vec<(i64, String, OffsetDateTime)> = sqlx::query_as(sql)
            .bind(granularity.name())
            .bind(periods.iter().map(|(author, ..)| *author).collect::<Vec<_>>())
            .bind(periods.iter().map(|(_, tag, _)| tags[*tag as usize].as_str()).collect::<Vec<_>>())
            .bind(periods.iter().map(|(.., begin)| parent.range(*begin).0.to_time()).collect::<Vec<_>>())
            .bind(periods.iter().map(|(.., begin)| parent.range(*begin).1.to_time()).collect::<Vec<_>>())
            .fetch_all(&mut *connection)
            .await?;
        split.extend(rows.into_iter().filter_map(|(author, tag, begin)| period(tags, author, &tag, begin)));
    }
    Ok(split)
}

/// Removes the counts of everything finer in periods of `granularity`.
pub(super) async fn merge(
    connection: &mut Connection,
    tags: &[String],
    granularity: Granularity,
    periods: &[Period],
) -> Result<(), WriteError> {
    for (sql, periods) in by_kind(periods, include_str!("merge_tags.sql"), include_str!("merge_authors.sql"))
    {
        sqlx::query(sql)
            .bind(granularity.name())
            .bind(periods.iter().map(|(author, ..)| *author).collect::<Vec<_>>())
            .bind(periods.iter().map(|(_, tag, _)| tags[*tag as usize].as_str()).collect::<Vec<_>>())
            .bind(periods.iter().map(|(.., begin)| granularity.range(*begin).0.to_time()).collect::<Vec<_>>())
            .bind(periods.iter().map(|(.., begin)| granularity.range(*begin).1.to_time()).collect::<Vec<_>>())
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

/// Periods of tags and those of authors, each with their statement; neither if there are none.
fn by_kind(
    periods: &[Period],
    of_tags: &'static str,
    of_authors: &'static str,
) -> impl Iterator<Item = (&'static str, Vec<Period>)> {
    let (tags, authors): (Vec<Period>, Vec<Period>) =
        periods.iter().partition(|(author, ..)| *author == ANYBODY);
    [(of_tags, tags), (of_authors, authors)].into_iter().filter(|(_, periods)| !periods.is_empty())
}
