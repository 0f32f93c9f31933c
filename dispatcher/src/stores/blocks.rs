//! Who blocks whom, in the log.

use std::sync::Arc;
use std::time::Duration;

use domain::edge::Edge;
use domain::{AccountId, Position, Sequence};
use event_store::{EventLog, LastBlock, ReadError, last_block};
use fail_points::planted;

use super::memory::Memory;

/// For how long another process's first block of an account may stay unnoticed here. The fold goes by the log's order, so
/// what comes in between is in the log but has no effect.
const BLOCKS_NOBODY_AGE_MAX: Duration = Duration::from_secs(10);
/// Accounts that are remembered to block nobody, which most do, some 60 bytes each.
const BLOCKS_NOBODY_MAX: u64 = 100_000;

/// What stands between two accounts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Between {
    /// One of them blocks the other.
    is_blocked: bool,
    /// The last event in which one of them blocked the other, or took that back; zero where there is none.
    last: Sequence,
}

#[derive(Debug, Clone)]
pub struct BlockStore {
    log: Arc<dyn EventLog>,
    blocks_nobody: Memory<AccountId, ()>,
}

impl BlockStore {
    pub fn new(log: Arc<dyn EventLog>) -> Self {
        Self { log, blocks_nobody: Memory::new(BLOCKS_NOBODY_MAX, BLOCKS_NOBODY_AGE_MAX) }
    }

    /// What an account last said about blocking another one.
    pub async fn load(&self, blocker: AccountId, blocked: AccountId) -> Result<LastBlock, ReadError> {
        last_block(&*self.log, blocker, blocked).await
    }

    /// Whether one of two accounts blocks the other, as far as this process knew ten seconds ago.
    pub async fn are_apart(&self, one: AccountId, other: AccountId) -> Result<bool, ReadError> {
        if one == other {
            return Ok(false);
        }
        let (there, back) = tokio::try_join!(self.blocks(one, other), self.blocks(other, one))?;
        Ok(there || back)
    }

    /// What is to be known before an account makes an edge to another one, or to a message of it: whether one blocks the
    /// other, and the edge as far as it is known. An edge that is set by the account's last word on it is so no more where
    /// a block came later: that ended it. And a block that was taken back in the meantime may have kept it from being
    /// made at all.
    pub async fn before_edge(
        &self,
        (from, to): (AccountId, AccountId),
        edge: Edge,
        seen_at: Option<Position>,
    ) -> Result<(bool, Edge), ReadError> {
        if edge != Edge::Set || from == to {
            return Ok((self.are_apart(from, to).await?, edge));
        }
        let between = self.between(from, to).await?;
        let is_newer = seen_at.is_none_or(|at| between.last > at.sequence());
        let edge = if is_newer && between.last != Sequence::ZERO { Edge::Unknown } else { edge };
        Ok((between.is_blocked, edge))
    }

    /// As the log says now.
    async fn between(&self, one: AccountId, other: AccountId) -> Result<Between, ReadError> {
        let (there, back) = tokio::try_join!(self.load(one, other), self.load(other, one))?;
        let words = [there.last, back.last].into_iter().flatten();
        Ok(words.fold(Between { is_blocked: false, last: Sequence::ZERO }, |so_far, (at, is_blocked)| {
            Between { is_blocked: so_far.is_blocked || is_blocked, last: so_far.last.max(at) }
        }))
    }

    async fn blocks(&self, blocker: AccountId, blocked: AccountId) -> Result<bool, ReadError> {
        let now = self.blocks_nobody.as_of_now(blocker);
        if self.blocks_nobody.get(blocker).await.is_some() {
            return Ok(false);
        }
        let found = self.load(blocker, blocked).await?;
        if found.through == Sequence::ZERO {
            self.blocks_nobody.insert(now, ()).await;
        }
        Ok(found.last.is_some_and(|(_, is_blocked)| is_blocked))
    }

    /// For the process that appended a block: it knows at once, and not in ten seconds.
    pub(crate) fn note_blocked(&self, blocker: AccountId) {
        if !planted("block-unnoticed") {
            self.blocks_nobody.forget(blocker);
        }
    }
}
