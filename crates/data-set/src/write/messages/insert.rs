//! New messages.

use std::collections::HashMap;

use postgres_kit::Connection;

use super::answer::answer;
use super::copy;
use super::rows::PostedRow;
use crate::write::columns::{array_literal, column};
use crate::write::counter_deltas::CounterDeltas;
use crate::write::error::WriteError;
use crate::write::stats::AccountStat;

pub(super) async fn insert(
    connection: &mut Connection,
    rows: &[PostedRow],
    deltas: &mut CounterDeltas,
) -> Result<(), WriteError> {
    let inserted = if rows.len() >= copy::ROWS_MIN && copy::are_new(connection, rows).await? {
        copy::copy(connection, rows).await?;
        rows.iter().collect()
    } else {
        insert_new(connection, rows).await?
    };
    for row in &inserted {
        deltas.counts.add(row.author, row.created_at, &row.tags, 1);
        deltas.stats.add_account(row.author, AccountStat::Messages, 1);
    }
    answer(connection, &inserted, deltas).await
}

/// The rows that were really inserted. Mostly that is all of them, in the order in which they were sent.
async fn insert_new<'rows>(
    connection: &mut Connection,
    rows: &'rows [PostedRow],
) -> Result<Vec<&'rows PostedRow>, WriteError> {
    let inserted: Vec<i64> = sqlx::query_scalar(include_str!("insert.sql"))
        .bind(column(rows, |row| row.id))
        .bind(column(rows, |row| row.author))
        .bind(column(rows, |row| row.text.as_str()))
        .bind(column(rows, |row| array_literal(&row.tags)))
        .bind(column(rows, |row| row.in_reply_to))
        .bind(column(rows, |row| row.created_at))
        .bind(column(rows, |row| row.edited_at))
        .bind(column(rows, |row| row.edition))
        .bind(column(rows, |row| row.imported_at))
        .bind(column(rows, |row| row.edit_position))
        .fetch_all(connection)
        .await?;
    if inserted.len() == rows.len() {
        return Ok(rows.iter().collect());
    }
    let by_id: HashMap<i64, &PostedRow> = rows.iter().map(|row| (row.id, row)).collect();
    Ok(inserted.iter().filter_map(|id| by_id.get(id).copied()).collect())
}
