//! Follows, likes and reposts: edges from an account to an account or a message. An edge is made together with the
//! notification that tells of it, if any, and removed together with it.

use fail_points::{crash_point, planted};
use postgres_kit::Connection;
use time::OffsetDateTime;

use crate::write::columns::column;
use crate::write::error::WriteError;
use crate::write::stats::{AccountStat, MessageStat, Stats};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum EdgeKind {
    Follow,
    Like,
    Repost,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EdgeRow {
    /// The account that acts.
    pub from: i64,
    /// The account or message that is acted on.
    pub to: i64,
    pub position: i64,
    pub made_at: OffsetDateTime,
    /// Whether whom it concerns is notified.
    pub is_told: bool,
}

/// First what is undone, then what is made: an edge that stands in both lists ends one and begins another.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EdgeChanges {
    /// From and to.
    pub removed: Vec<(i64, i64)>,
    pub made: Vec<EdgeRow>,
}

impl EdgeKind {
    fn count(self, stats: &mut Stats, from: i64, to: i64, delta: i64) {
        match self {
            Self::Follow => {
                stats.add_account(from, AccountStat::Following, delta);
                stats.add_account(to, AccountStat::Followers, delta);
            }
            Self::Like => stats.add_message(to, MessageStat::Likes, delta),
            Self::Repost => stats.add_message(to, MessageStat::Reposts, delta),
        }
    }
}

pub(super) async fn remove(
    connection: &mut Connection,
    kind: EdgeKind,
    keys: &[(i64, i64)],
    stats: &mut Stats,
) -> Result<(), WriteError> {
    if keys.is_empty() {
        return Ok(());
    }
    let sql = match kind {
        EdgeKind::Follow => include_str!("edges/unfollow.sql"),
        EdgeKind::Like => include_str!("edges/unlike.sql"),
        EdgeKind::Repost => include_str!("edges/unrepost.sql"),
    };
    let removed: Vec<(i64, i64)> = sqlx::query_as(sql)
        .bind(column(keys, |(from, _)| *from))
        .bind(column(keys, |(_, to)| *to))
        .fetch_all(connection)
        .await?;
    let removed = if planted("blind-minus-one") { keys.to_vec() } else { removed };
    removed.iter().for_each(|(from, to)| kind.count(stats, *from, *to, -1));
    crash_point("after-removed-edges");
    Ok(())
}

pub(super) async fn make(
    connection: &mut Connection,
    kind: EdgeKind,
    rows: &[EdgeRow],
    stats: &mut Stats,
) -> Result<(), WriteError> {
    if rows.is_empty() {
        return Ok(());
    }
    let sql = match kind {
        EdgeKind::Follow => include_str!("edges/follow.sql"),
        EdgeKind::Like => include_str!("edges/like.sql"),
        EdgeKind::Repost => include_str!("edges/repost.sql"),
    };
    let made: Vec<(i64, i64)> = sqlx::query_as(sql)
        .bind(column(rows, |row| row.from))
        .bind(column(rows, |row| row.to))
        .bind(column(rows, |row| row.position))
        .bind(column(rows, |row| row.made_at))
        .bind(column(rows, |row| row.is_told))
        .fetch_all(connection)
        .await?;
    let made = if planted("blind-plus-one") { column(rows, |row| (row.from, row.to)) } else { made };
    made.iter().for_each(|(from, to)| kind.count(stats, *from, *to, 1));
    crash_point("after-made-edges");
    Ok(())
}
