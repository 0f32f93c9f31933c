//! Folded counts: what a batch adds to and takes from them, summed up before it is written.
//!
//! Every delta belongs to a row that was inserted or deleted in the same transaction, so a count equals the number of
//! rows behind it. Keys are written in order, so that two lanes can never wait for each other.

use std::collections::HashMap;
use std::hash::Hash;

use sqlx::PgConnection;
use time::OffsetDateTime;

use super::WriteError;

const MINUTE_S: i64 = 60;
const HOUR_S: i64 = 3_600;
const DAY_S: i64 = 86_400;
/// The tag that stands for "any".
const ANY: &str = "";

/// In the order of the Postgres enum `control.grain`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Grain {
    Minute,
    Hour,
    Day,
}

impl Grain {
    fn name(self) -> &'static str {
        match self {
            Self::Minute => "minute",
            Self::Hour => "hour",
            Self::Day => "day",
        }
    }
}

/// Number of a tag within one batch. A batch names few tags very often; numbers spare it a string per delta.
type TagNumber = u32;

#[derive(Debug, Default)]
pub(super) struct Counts {
    numbers: HashMap<String, TagNumber>,
    /// By tag, grain and begin in Unix seconds.
    tags: HashMap<(TagNumber, Grain, i64), i64>,
    /// By author, tag and begin of the day in Unix seconds.
    authors: HashMap<(i64, TagNumber, i64), i64>,
}

impl Counts {
    /// A whole message: each of its tags, and any.
    pub(super) fn add(&mut self, author: i64, created_at: OffsetDateTime, tags: &[String], delta: i64) {
        self.add_tag(author, created_at, ANY, delta);
        self.add_tags(author, created_at, tags, delta);
    }

    /// Tags that a message got or lost.
    pub(super) fn add_tags(&mut self, author: i64, created_at: OffsetDateTime, tags: &[String], delta: i64) {
        for tag in tags {
            self.add_tag(author, created_at, tag, delta);
        }
    }

    fn add_tag(&mut self, author: i64, created_at: OffsetDateTime, tag: &str, delta: i64) {
        let tag = self.number_of(tag);
        let second = created_at.unix_timestamp();
        let begin = |width: i64| second.div_euclid(width) * width;
        for (grain, width) in [(Grain::Minute, MINUTE_S), (Grain::Hour, HOUR_S), (Grain::Day, DAY_S)] {
            *self.tags.entry((tag, grain, begin(width))).or_default() += delta;
        }
        *self.authors.entry((author, tag, begin(DAY_S))).or_default() += delta;
    }

    fn number_of(&mut self, tag: &str) -> TagNumber {
        if let Some(number) = self.numbers.get(tag) {
            return *number;
        }
        // A batch has at most 5,000 events of at most 8 tags.
        let number = self.numbers.len() as TagNumber;
        self.numbers.insert(tag.to_owned(), number);
        number
    }

    pub(super) async fn write(self, connection: &mut PgConnection) -> Result<(), WriteError> {
        let mut names = vec![""; self.numbers.len()];
        self.numbers.iter().for_each(|(name, number)| names[*number as usize] = name);
        let (more, fewer) = split(self.tags, |(tag, grain, begin)| (names[tag as usize], grain, begin));
        write_tags(connection, include_str!("counts/add_to_tags.sql"), &more).await?;
        write_tags(connection, include_str!("counts/take_from_tags.sql"), &fewer).await?;
        write_tags(connection, include_str!("counts/drop_empty_tags.sql"), &fewer).await?;
        let (more, fewer) = split(self.authors, |(author, tag, begin)| (author, names[tag as usize], begin));
        write_authors(connection, include_str!("counts/add_to_authors.sql"), &more).await?;
        write_authors(connection, include_str!("counts/take_from_authors.sql"), &fewer).await?;
        write_authors(connection, include_str!("counts/drop_empty_authors.sql"), &fewer).await
    }
}

type Deltas<Key> = Vec<(Key, i64)>;

/// Growing and shrinking counts apart, each in the order of the key by its names. Apart because an upsert would check a
/// negative delta as if it were the new count.
fn split<Key: Eq + Hash, Named: Ord>(
    deltas: HashMap<Key, i64>,
    name: impl Fn(Key) -> Named,
) -> (Deltas<Named>, Deltas<Named>) {
    let mut named: Deltas<Named> =
        deltas.into_iter().filter(|(_, delta)| *delta != 0).map(|(key, delta)| (name(key), delta)).collect();
    named.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
    named.into_iter().partition(|(_, delta)| *delta > 0)
}

fn at(second: i64) -> OffsetDateTime {
    // The second is that of a valid time, rounded down by at most a day; year -9999 is not stored.
    OffsetDateTime::from_unix_timestamp(second).unwrap_or(OffsetDateTime::UNIX_EPOCH)
}

async fn write_tags(
    connection: &mut PgConnection,
    sql: &'static str,
    deltas: &[((&str, Grain, i64), i64)],
) -> Result<(), WriteError> {
    if deltas.is_empty() {
        return Ok(());
    }
    sqlx::query(sql)
        .bind(deltas.iter().map(|((tag, ..), _)| *tag).collect::<Vec<_>>())
        .bind(deltas.iter().map(|((_, grain, _), _)| grain.name()).collect::<Vec<_>>())
        .bind(deltas.iter().map(|((.., begin), _)| at(*begin)).collect::<Vec<_>>())
        .bind(deltas.iter().map(|(_, delta)| *delta).collect::<Vec<_>>())
        .execute(connection)
        .await?;
    Ok(())
}

async fn write_authors(
    connection: &mut PgConnection,
    sql: &'static str,
    deltas: &[((i64, &str, i64), i64)],
) -> Result<(), WriteError> {
    if deltas.is_empty() {
        return Ok(());
    }
    sqlx::query(sql)
        .bind(deltas.iter().map(|((author, ..), _)| *author).collect::<Vec<_>>())
        .bind(deltas.iter().map(|((_, tag, _), _)| *tag).collect::<Vec<_>>())
        .bind(deltas.iter().map(|((.., begin), _)| at(*begin)).collect::<Vec<_>>())
        .bind(deltas.iter().map(|(_, delta)| *delta).collect::<Vec<_>>())
        .execute(connection)
        .await?;
    Ok(())
}
