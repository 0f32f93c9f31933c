//! The statements behind [`super::levels`].

use std::collections::HashMap;

use postgres_kit::Connection;
use time::OffsetDateTime;

use super::levels::Period;
use super::{ANYBODY, TagNumber};
use crate::grain::Grain;
use crate::read::Moment;
use crate::write::WriteError;

/// A change of one count.
#[derive(Debug, Clone, Copy)]
pub(super) struct Change {
    pub(super) author: i64,
    pub(super) tag: TagNumber,
    /// In Unix seconds.
    pub(super) starts_at: i64,
    pub(super) messages: i64,
}

impl Change {
    pub(super) fn key(&self) -> Period {
        (self.author, self.tag, self.starts_at)
    }
}

/// A count that decides whether its period is divided.
#[derive(Debug, Clone, Copy)]
pub(super) struct Answer {
    pub(super) period: Period,
    pub(super) before: i64,
    pub(super) after: i64,
    pub(super) divided_from: i64,
}

fn at(second: i64) -> OffsetDateTime {
    Moment::from_seconds(second).to_time()
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
    grain: Grain,
    changes: &[Change],
) -> Result<Vec<Answer>, WriteError> {
    change(connection, include_str!("add.sql"), tags, grain, changes).await
}

/// Counts that shrink or stay; answers all of them.
pub(super) async fn take(
    connection: &mut Connection,
    tags: &[String],
    grain: Grain,
    changes: &[Change],
) -> Result<Vec<Answer>, WriteError> {
    let answers = change(connection, include_str!("take.sql"), tags, grain, changes).await?;
    change(connection, include_str!("drop_empty.sql"), tags, grain, changes).await?;
    Ok(answers)
}

async fn change(
    connection: &mut Connection,
    sql: &'static str,
    tags: &[String],
    grain: Grain,
    changes: &[Change],
) -> Result<Vec<Answer>, WriteError> {
    if changes.is_empty() {
        return Ok(Vec::new());
    }
    let rows: Vec<(i64, String, OffsetDateTime, i64, i64)> = sqlx::query_as(sql)
        .bind(grain.name())
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
    let answer = |(author, tag, starts_at, after, divided_from): (i64, String, OffsetDateTime, i64, i64)| {
        let period = period(tags, author, &tag, starts_at)?;
        let before = after - by_key.get(&period)?;
        Some(Answer { period, before, after, divided_from })
    };
    Ok(rows.into_iter().filter_map(answer).collect())
}

/// Counts of `grain` in periods of `parent`; answers those that are many again.
pub(super) async fn divide(
    connection: &mut Connection,
    tags: &[String],
    parent: Grain,
    grain: Grain,
    periods: &[Period],
) -> Result<Vec<Period>, WriteError> {
    let mut divided = Vec::new();
    for (sql, periods) in
        by_kind(periods, include_str!("divide_tags.sql"), include_str!("divide_authors.sql"))
    {
        let rows: Vec<(i64, String, OffsetDateTime)> = sqlx::query_as(sql)
            .bind(grain.name())
            .bind(periods.iter().map(|(author, ..)| *author).collect::<Vec<_>>())
            .bind(periods.iter().map(|(_, tag, _)| tags[*tag as usize].as_str()).collect::<Vec<_>>())
            .bind(periods.iter().map(|(.., begin)| parent.range(*begin).0.to_time()).collect::<Vec<_>>())
            .bind(periods.iter().map(|(.., begin)| parent.range(*begin).1.to_time()).collect::<Vec<_>>())
            .fetch_all(&mut *connection)
            .await?;
        divided.extend(rows.into_iter().filter_map(|(author, tag, begin)| period(tags, author, &tag, begin)));
    }
    Ok(divided)
}

/// Removes the counts of everything finer in periods of `grain`.
pub(super) async fn unite(
    connection: &mut Connection,
    tags: &[String],
    grain: Grain,
    periods: &[Period],
) -> Result<(), WriteError> {
    for (sql, periods) in by_kind(periods, include_str!("unite_tags.sql"), include_str!("unite_authors.sql"))
    {
        sqlx::query(sql)
            .bind(grain.name())
            .bind(periods.iter().map(|(author, ..)| *author).collect::<Vec<_>>())
            .bind(periods.iter().map(|(_, tag, _)| tags[*tag as usize].as_str()).collect::<Vec<_>>())
            .bind(periods.iter().map(|(.., begin)| grain.range(*begin).0.to_time()).collect::<Vec<_>>())
            .bind(periods.iter().map(|(.., begin)| grain.range(*begin).1.to_time()).collect::<Vec<_>>())
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
