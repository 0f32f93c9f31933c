//! Follows, likes and reposts, from when to when.

use fail_points::{crash_point, planted};
use postgres_kit::Connection;

use super::rows::{EndedRow, IntervalChanges, IntervalRow};
use crate::write::columns::column;
use crate::write::error::WriteError;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Edges {
    Follows,
    Likes,
    Reposts,
}

impl Edges {
    fn end(self) -> &'static str {
        match self {
            Self::Follows => include_str!("edges/unfollow.sql"),
            Self::Likes => include_str!("edges/unlike.sql"),
            Self::Reposts => include_str!("edges/unrepost.sql"),
        }
    }

    fn begin(self) -> &'static str {
        match self {
            Self::Follows => include_str!("edges/follow.sql"),
            Self::Likes => include_str!("edges/like.sql"),
            Self::Reposts => include_str!("edges/repost.sql"),
        }
    }
}

/// First what stood before the segment ends, so that an edge which begins anew finds none.
pub(super) async fn change(
    connection: &mut Connection,
    edges: Edges,
    changes: &IntervalChanges,
) -> Result<(), WriteError> {
    end(connection, edges, &changes.ended).await?;
    begin(connection, edges, &changes.begun).await
}

async fn end(connection: &mut Connection, edges: Edges, rows: &[EndedRow]) -> Result<(), WriteError> {
    if rows.is_empty() || planted("history-without-ends") {
        return Ok(());
    }
    sqlx::query(edges.end())
        .bind(column(rows, |row| row.from))
        .bind(column(rows, |row| row.to))
        .bind(column(rows, |row| row.position))
        .bind(column(rows, |row| row.at))
        .execute(connection)
        .await?;
    crash_point("history-after-ended-edges");
    Ok(())
}

async fn begin(connection: &mut Connection, edges: Edges, rows: &[IntervalRow]) -> Result<(), WriteError> {
    if rows.is_empty() {
        return Ok(());
    }
    sqlx::query(edges.begin())
        .bind(column(rows, |row| row.from))
        .bind(column(rows, |row| row.to))
        .bind(column(rows, |row| row.position))
        .bind(column(rows, |row| row.at))
        .bind(column(rows, |row| row.end.map(|(position, _)| position)))
        .bind(column(rows, |row| row.end.map(|(_, at)| at)))
        .execute(connection)
        .await?;
    crash_point("history-after-begun-edges");
    Ok(())
}
