//! Follows, blocks, mutes, likes, reposts and bookmarks: edges from an account to an account or a message. An edge is made together with the
//! notification that tells of it, if any, and removed together with it.

use domain::ReactionKind;
use fail_points::{crash_point, planted};
use postgres_kit::Connection;
use time::OffsetDateTime;

use crate::write::columns::column;
use crate::write::error::WriteError;
use crate::write::stats::{AccountStat, MessageStat, Stats};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum EdgeKind {
    Follow,
    Block,
    Mute,
    Reaction(ReactionKind),
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

/// What a kind of reaction is to the database.
struct ReactionStatements {
    make: &'static str,
    remove: &'static str,
    /// The next ones of an account.
    next: &'static str,
    /// What others see of it.
    count: Option<MessageStat>,
}

fn statements(kind: ReactionKind) -> ReactionStatements {
    match kind {
        ReactionKind::Like => ReactionStatements {
            make: include_str!("edges/like.sql"),
            remove: include_str!("edges/unlike.sql"),
            // Index: liked_by_account, a range of it.
            next: "select account, message, position from liked \
                where account = $1 and position > $2 order by position limit $3",
            count: Some(MessageStat::Likes),
        },
        ReactionKind::Repost => ReactionStatements {
            make: include_str!("edges/repost.sql"),
            remove: include_str!("edges/unrepost.sql"),
            // Index: reposted_by_account, a range of it.
            next: "select account, message, position from reposted \
                where account = $1 and position > $2 order by position limit $3",
            count: Some(MessageStat::Reposts),
        },
        ReactionKind::Bookmark => ReactionStatements {
            make: include_str!("edges/bookmark.sql"),
            // Index: bookmarked_pk.
            remove: "delete from bookmarked e using unnest($1::bigint[], $2::bigint[]) as g (account, message) \
                where e.account = g.account and e.message = g.message returning e.account, e.message",
            // Index: bookmarked_by_account, a range of it.
            next: "select account, message, position from bookmarked \
                where account = $1 and position > $2 order by position limit $3",
            count: None,
        },
    }
}

/// The statement that lists the next reactions of an account behind a position.
pub(super) fn next_of_account(kind: ReactionKind) -> &'static str {
    statements(kind).next
}

impl EdgeKind {
    fn count(self, stats: &mut Stats, from: i64, to: i64, delta: i64) {
        match self {
            Self::Follow => {
                stats.add_account(from, AccountStat::Following, delta);
                stats.add_account(to, AccountStat::Followers, delta);
            }
            // Nobody is told of them, not even by a number.
            Self::Block | Self::Mute => {}
            Self::Reaction(kind) => {
                if let Some(stat) = statements(kind).count {
                    stats.add_message(to, stat, delta);
                }
            }
        }
    }
}

/// Blocks that were taken back. Index: blocked_pk.
const UNBLOCK: &str = "delete from blocked e using unnest($1::bigint[], $2::bigint[]) as g (blocker, blocked) \
    where e.blocker = g.blocker and e.blocked = g.blocked returning e.blocker, e.blocked";

/// Mutes that were taken back. Index: muted_pk.
const UNMUTE: &str = "delete from muted e using unnest($1::bigint[], $2::bigint[]) as g (muter, muted) \
    where e.muter = g.muter and e.muted = g.muted returning e.muter, e.muted";

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
        EdgeKind::Block => UNBLOCK,
        EdgeKind::Mute => UNMUTE,
        EdgeKind::Reaction(kind) => statements(kind).remove,
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
        EdgeKind::Block => include_str!("edges/block.sql"),
        EdgeKind::Mute => include_str!("edges/mute.sql"),
        EdgeKind::Reaction(kind) => statements(kind).make,
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
