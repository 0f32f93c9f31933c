//! New editions of messages, and their tags.

use postgres_kit::Connection;
use time::OffsetDateTime;

use super::rows::{EditedRow, EditionRow};
use crate::write::columns::{array_literal, column};
use crate::write::counts::Counts;
use crate::write::error::WriteError;

#[derive(sqlx::FromRow)]
struct Retagged {
    id: i64,
    author: i64,
    created_at: OffsetDateTime,
    old_tags: Vec<String>,
    new_tags: Vec<String>,
}

pub(super) async fn edit(
    connection: &mut Connection,
    rows: &[EditedRow],
    counts: &mut Counts,
) -> Result<(), WriteError> {
    sqlx::query(include_str!("keep_edition.sql"))
        .bind(column(rows, |row| row.id))
        .bind(column(rows, |row| row.edition))
        .execute(&mut *connection)
        .await?;
    let edited: Vec<Retagged> = sqlx::query_as(include_str!("edit.sql"))
        .bind(column(rows, |row| row.id))
        .bind(column(rows, |row| row.text.as_str()))
        .bind(column(rows, |row| array_literal(&row.tags)))
        .bind(column(rows, |row| row.edited_at))
        .bind(column(rows, |row| row.edition))
        .bind(column(rows, |row| row.position))
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
        sqlx::query(include_str!("insert_tags.sql"))
            .bind(self.tags)
            .bind(self.created_at)
            .bind(self.ids)
            .bind(self.authors)
            .execute(connection)
            .await?;
        Ok(())
    }

    async fn delete(self, connection: &mut Connection) -> Result<(), WriteError> {
        sqlx::query(include_str!("delete_tags.sql"))
            .bind(self.tags)
            .bind(self.created_at)
            .bind(self.ids)
            .execute(connection)
            .await?;
        Ok(())
    }
}

pub(super) async fn supersede(connection: &mut Connection, rows: &[EditionRow]) -> Result<(), WriteError> {
    sqlx::query(include_str!("insert_editions.sql"))
        .bind(column(rows, |row| row.message))
        .bind(column(rows, |row| row.edition))
        .bind(column(rows, |row| row.text.as_str()))
        .bind(column(rows, |row| array_literal(&row.tags)))
        .bind(column(rows, |row| row.made_at))
        .execute(connection)
        .await?;
    Ok(())
}
