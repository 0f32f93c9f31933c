//! Which tags messages lost and won by edits.

use postgres_kit::Connection;
use time::OffsetDateTime;

use crate::write::error::WriteError;

/// The message that has a tag.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tagged {
    pub(super) message: i64,
    pub(super) author: i64,
    pub(super) created_at: OffsetDateTime,
}

/// Rows of `tagged` that begin and end, in the order of the log. A tag that comes and goes within a segment begins
/// first and ends then.
#[derive(Debug, Default)]
pub(super) struct TagChanges {
    begun: Rows,
    ended: Rows,
}

/// As columns.
#[derive(Debug, Default)]
struct Rows {
    tags: Vec<String>,
    created_at: Vec<OffsetDateTime>,
    messages: Vec<i64>,
    authors: Vec<i64>,
    positions: Vec<i64>,
}

impl TagChanges {
    pub(super) fn edit(&mut self, tagged: Tagged, position: i64, before: &[String], after: &[String]) {
        before
            .iter()
            .filter(|tag| !after.contains(tag))
            .for_each(|tag| self.ended.push(tag, tagged, position));
        after
            .iter()
            .filter(|tag| !before.contains(tag))
            .for_each(|tag| self.begun.push(tag, tagged, position));
    }

    pub(super) async fn write(self, connection: &mut Connection) -> Result<(), WriteError> {
        let Self { begun, ended } = self;
        sqlx::query(include_str!("messages/tag.sql"))
            .bind(begun.tags)
            .bind(begun.created_at)
            .bind(begun.messages)
            .bind(begun.positions)
            .bind(begun.authors)
            .execute(&mut *connection)
            .await?;
        sqlx::query(include_str!("messages/untag.sql"))
            .bind(ended.tags)
            .bind(ended.created_at)
            .bind(ended.messages)
            .bind(ended.positions)
            .execute(connection)
            .await?;
        Ok(())
    }
}

impl Rows {
    fn push(&mut self, tag: &str, tagged: Tagged, position: i64) {
        self.tags.push(tag.to_owned());
        self.created_at.push(tagged.created_at);
        self.messages.push(tagged.message);
        self.authors.push(tagged.author);
        self.positions.push(position);
    }
}
