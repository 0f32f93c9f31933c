//! Changes behind a place in the log.

use time::OffsetDateTime;

use crate::pool::Pool;
use crate::read::error::ReadError;
use crate::read::run::run;

/// Where a change stands. Of one position there are several only where an account was given up with all of its messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ChangeKey {
    pub position: i64,
    pub message: i64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChangeKind {
    Posted,
    Edited,
    Deleted,
    Reposted,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeRow {
    pub key: ChangeKey,
    pub kind: ChangeKind,
    pub author: i64,
    /// Of a repost.
    pub reposter: Option<i64>,
    pub in_reply_to: Option<i64>,
    pub created_at: OffsetDateTime,
    /// As they were from then on, or, of a deletion, until then.
    pub tags: Vec<String>,
    /// Of an edit: as they were until then.
    pub tags_before: Option<Vec<String>>,
    /// Others may stand at the same position.
    pub is_one_of_many: bool,
}

/// Some changes, oldest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changes {
    pub rows: Vec<ChangeRow>,
    /// There is no other change up to here.
    pub end: ChangeKey,
    /// All that is known is in it.
    pub is_complete: bool,
}

#[derive(sqlx::FromRow)]
struct Row {
    folded: i64,
    position: Option<i64>,
    message: Option<i64>,
    kind: Option<String>,
    reposter: Option<i64>,
    author: Option<i64>,
    in_reply_to: Option<i64>,
    created_at: Option<OffsetDateTime>,
    tags: Option<Vec<String>>,
    tags_before: Option<Vec<String>>,
}

impl ChangeKey {
    /// Behind all that stands at a position.
    #[must_use]
    pub const fn behind(position: i64) -> Self {
        Self { position, message: i64::MAX }
    }
}

impl ChangeRow {
    /// Whose entry of timelines it is about.
    #[must_use]
    pub fn shower(&self) -> i64 {
        self.reposter.unwrap_or(self.author)
    }

    /// The position of that entry.
    #[must_use]
    pub fn entry(&self) -> i64 {
        if self.reposter.is_some() { self.key.position } else { self.key.message }
    }
}

/// At most `limit` changes behind `after`, up to the position `until`.
pub async fn list_changes(
    pool: &Pool,
    after: ChangeKey,
    until: i64,
    limit: u16,
) -> Result<Changes, ReadError> {
    let query = || {
        sqlx::query_as::<_, Row>(include_str!("list_changes.sql"))
            .bind(after.position)
            .bind(after.message)
            .bind(until)
            .bind(i64::from(limit))
            .fetch_all(pool)
    };
    let found = run(query).await?;
    let folded = found.first().map_or(0, |row| row.folded);
    let rows: Vec<ChangeRow> = found.into_iter().filter_map(Row::into_change).collect();
    let has_all = rows.len() < usize::from(limit);
    let last = rows.last().map_or(after, |row| row.key);
    let end = if has_all { ChangeKey::behind(folded.min(until)).max(last) } else { last };
    Ok(Changes { rows, end, is_complete: has_all && folded <= until })
}

/// The position up to which every projection shows what happened; 0 before the first event.
pub async fn changes_position(pool: &Pool) -> Result<i64, ReadError> {
    run(|| sqlx::query_scalar(include_str!("position.sql")).fetch_one(pool)).await
}

impl Row {
    fn into_change(self) -> Option<ChangeRow> {
        let key = ChangeKey { position: self.position?, message: self.message? };
        let (kind, is_one_of_many) = match self.kind?.as_str() {
            "posted" => (ChangeKind::Posted, false),
            "edited" => (ChangeKind::Edited, false),
            "reposted" => (ChangeKind::Reposted, false),
            "left" => (ChangeKind::Deleted, true),
            _ => (ChangeKind::Deleted, false),
        };
        Some(ChangeRow {
            key,
            kind,
            author: self.author?,
            reposter: self.reposter,
            in_reply_to: self.in_reply_to,
            created_at: self.created_at?,
            tags: self.tags?,
            tags_before: self.tags_before,
            is_one_of_many,
        })
    }
}
