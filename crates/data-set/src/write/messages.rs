//! Row changes of the projection `social`, and how they are written: one statement per table and kind of change.

mod answer;
mod copy;
mod delete;
mod settle;

use std::collections::HashMap;

use postgres_kit::Connection;
use time::OffsetDateTime;

use super::counts::Counts;
use super::social::Tally;
use super::social::stats::AccountStat;
use super::{WriteError, column, crash_point};
use answer::answer;
pub(super) use delete::delete;

/// A message as it stands at the end of its first batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PostedRow {
    pub id: i64,
    pub author: i64,
    pub text: String,
    pub tags: Vec<String>,
    pub in_reply_to: Option<i64>,
    pub created_at: OffsetDateTime,
    /// Whether the author of what it answers is notified.
    pub is_told: bool,
    pub edited_at: Option<OffsetDateTime>,
    pub edition: i32,
}

/// The latest edition, at the end of the batch, of a message of an earlier batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EditedRow {
    pub id: i64,
    pub text: String,
    pub tags: Vec<String>,
    pub edited_at: OffsetDateTime,
    pub edition: i32,
}

/// An edition that was made and replaced within the batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EditionRow {
    pub message: i64,
    pub edition: i32,
    pub text: String,
    pub tags: Vec<String>,
    pub made_at: OffsetDateTime,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeletedRow {
    pub id: i64,
    pub author: i64,
    pub deleted_by: i64,
    pub deleted_at: OffsetDateTime,
}

/// What a batch of events comes to. A message that was posted and deleted within the batch is in both lists: it is written
/// and taken away again, so that its tombstone knows what it answered.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MessageChanges {
    pub posted: Vec<PostedRow>,
    pub edited: Vec<EditedRow>,
    pub superseded: Vec<EditionRow>,
    pub deleted: Vec<DeletedRow>,
}

pub(super) async fn write(
    connection: &mut Connection,
    changes: &MessageChanges,
    tally: &mut Tally,
) -> Result<(), WriteError> {
    if !changes.posted.is_empty() {
        insert(connection, &changes.posted, tally).await?;
        crash_point("after-insert");
    }
    if !changes.edited.is_empty() {
        edit(connection, &changes.edited, &mut tally.counts).await?;
        crash_point("after-edit");
    }
    if !changes.superseded.is_empty() {
        supersede(connection, &changes.superseded).await?;
    }
    if !changes.deleted.is_empty() {
        delete(connection, &changes.deleted, tally).await?;
        crash_point("after-delete");
    }
    Ok(())
}

/// The authors of messages that are there, by message.
pub(super) async fn authors(
    connection: &mut Connection,
    messages: &[i64],
) -> Result<Vec<(i64, i64)>, WriteError> {
    Ok(sqlx::query_as(include_str!("messages/authors.sql")).bind(messages).fetch_all(connection).await?)
}

/// A `text[]` as Postgres writes it. Arrays of arrays cannot be ragged, so each row's tags travel as one text.
fn array_literal(tags: &[String]) -> String {
    let mut literal = String::from("{");
    for (index, tag) in tags.iter().enumerate() {
        if index > 0 {
            literal.push(',');
        }
        literal.push('"');
        for character in tag.chars() {
            if matches!(character, '"' | '\\') {
                literal.push('\\');
            }
            literal.push(character);
        }
        literal.push('"');
    }
    literal.push('}');
    literal
}

async fn insert(
    connection: &mut Connection,
    rows: &[PostedRow],
    tally: &mut Tally,
) -> Result<(), WriteError> {
    let inserted = if rows.len() >= copy::ROWS_MIN && copy::are_new(connection, rows).await? {
        copy::copy(connection, rows).await?;
        rows.iter().collect()
    } else {
        insert_new(connection, rows).await?
    };
    for row in &inserted {
        tally.counts.add(row.author, row.created_at, &row.tags, 1);
        tally.stats.add_account(row.author, AccountStat::Messages, 1);
    }
    answer(connection, &inserted, tally).await
}

/// The rows that were really inserted. Mostly that is all of them, in the order in which they were sent.
async fn insert_new<'rows>(
    connection: &mut Connection,
    rows: &'rows [PostedRow],
) -> Result<Vec<&'rows PostedRow>, WriteError> {
    let inserted: Vec<i64> = sqlx::query_scalar(include_str!("messages/insert.sql"))
        .bind(column(rows, |row| row.id))
        .bind(column(rows, |row| row.author))
        .bind(column(rows, |row| row.text.as_str()))
        .bind(column(rows, |row| array_literal(&row.tags)))
        .bind(column(rows, |row| row.in_reply_to))
        .bind(column(rows, |row| row.created_at))
        .bind(column(rows, |row| row.edited_at))
        .bind(column(rows, |row| row.edition))
        .fetch_all(connection)
        .await?;
    if inserted.len() == rows.len() {
        return Ok(rows.iter().collect());
    }
    let by_id: HashMap<i64, &PostedRow> = rows.iter().map(|row| (row.id, row)).collect();
    Ok(inserted.iter().filter_map(|id| by_id.get(id).copied()).collect())
}

#[derive(sqlx::FromRow)]
struct Retagged {
    id: i64,
    author: i64,
    created_at: OffsetDateTime,
    old_tags: Vec<String>,
    new_tags: Vec<String>,
}

async fn edit(
    connection: &mut Connection,
    rows: &[EditedRow],
    counts: &mut Counts,
) -> Result<(), WriteError> {
    sqlx::query(include_str!("messages/keep_edition.sql"))
        .bind(column(rows, |row| row.id))
        .bind(column(rows, |row| row.edition))
        .execute(&mut *connection)
        .await?;
    let edited: Vec<Retagged> = sqlx::query_as(include_str!("messages/edit.sql"))
        .bind(column(rows, |row| row.id))
        .bind(column(rows, |row| row.text.as_str()))
        .bind(column(rows, |row| array_literal(&row.tags)))
        .bind(column(rows, |row| row.edited_at))
        .bind(column(rows, |row| row.edition))
        .fetch_all(&mut *connection)
        .await?;
    let mut gone = TagRows::default();
    let mut new = TagRows::default();
    for row in &edited {
        let lost: Vec<String> =
            row.old_tags.iter().filter(|tag| !row.new_tags.contains(tag)).cloned().collect();
        let won: Vec<String> =
            row.new_tags.iter().filter(|tag| !row.old_tags.contains(tag)).cloned().collect();
        lost.iter().for_each(|tag| gone.push(tag, row));
        won.iter().for_each(|tag| new.push(tag, row));
        counts.add_tags(row.author, row.created_at, &lost, -1);
        counts.add_tags(row.author, row.created_at, &won, 1);
    }
    gone.delete(connection).await?;
    new.insert(connection).await
}

/// Rows of `message_tag`, as columns.
#[derive(Default)]
struct TagRows {
    tags: Vec<String>,
    created_at: Vec<OffsetDateTime>,
    ids: Vec<i64>,
    authors: Vec<i64>,
}

impl TagRows {
    fn push(&mut self, tag: &str, row: &Retagged) {
        self.tags.push(tag.to_owned());
        self.created_at.push(row.created_at);
        self.ids.push(row.id);
        self.authors.push(row.author);
    }

    async fn insert(self, connection: &mut Connection) -> Result<(), WriteError> {
        sqlx::query(include_str!("messages/insert_tags.sql"))
            .bind(self.tags)
            .bind(self.created_at)
            .bind(self.ids)
            .bind(self.authors)
            .execute(connection)
            .await?;
        Ok(())
    }

    async fn delete(self, connection: &mut Connection) -> Result<(), WriteError> {
        sqlx::query(include_str!("messages/delete_tags.sql"))
            .bind(self.tags)
            .bind(self.created_at)
            .bind(self.ids)
            .execute(connection)
            .await?;
        Ok(())
    }
}

async fn supersede(connection: &mut Connection, rows: &[EditionRow]) -> Result<(), WriteError> {
    sqlx::query(include_str!("messages/insert_editions.sql"))
        .bind(column(rows, |row| row.message))
        .bind(column(rows, |row| row.edition))
        .bind(column(rows, |row| row.text.as_str()))
        .bind(column(rows, |row| array_literal(&row.tags)))
        .bind(column(rows, |row| row.made_at))
        .execute(connection)
        .await?;
    Ok(())
}
