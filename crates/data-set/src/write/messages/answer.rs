//! Replies.

use std::collections::HashSet;

use fail_points::crash_point;
use postgres_kit::Connection;

use super::rows::PostedRow;
use super::settle::settle;
use crate::write::columns::column;
use crate::write::counter_deltas::CounterDeltas;
use crate::write::error::WriteError;
use crate::write::stats::MessageStat;

/// Replies count for the message that they answer, and its author is notified of those that were not imported. Where
/// that is deleted, they keep its place.
pub(super) async fn answer(
    connection: &mut Connection,
    posted: &[&PostedRow],
    deltas: &mut CounterDeltas,
) -> Result<(), WriteError> {
    let replies: Vec<(&PostedRow, i64)> =
        posted.iter().filter_map(|row| Some((*row, row.in_reply_to?))).collect();
    if replies.is_empty() {
        return Ok(());
    }
    let answered: Vec<i64> = sqlx::query_scalar(include_str!("answer.sql"))
        .bind(column(&replies, |(row, _)| row.id))
        .bind(column(&replies, |(row, _)| row.author))
        .bind(column(&replies, |(_, parent)| *parent))
        .bind(column(&replies, |(row, _)| row.created_at))
        .bind(column(&replies, |(row, _)| row.is_told))
        .fetch_all(&mut *connection)
        .await?;
    answered.iter().for_each(|parent| deltas.stats.add_message(*parent, MessageStat::Replies, 1));
    let there: HashSet<i64> = answered.into_iter().collect();
    let missing = replies.iter().map(|(_, parent)| *parent).filter(|parent| !there.contains(parent));
    settle(connection, missing.collect()).await?;
    crash_point("after-answer");
    Ok(())
}
