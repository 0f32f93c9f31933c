//! Where a durable stands.

use domain::{Position, Sequence};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use uuid::Uuid;

/// An entry of the bucket. It changes as a whole: position, what is open and what is parked never disagree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Durable {
    /// Of the log that its positions are of.
    pub lineage: String,
    /// Empty: all.
    pub types: Vec<String>,
    pub account: Option<i64>,
    /// Everything up to here was looked at, and is done but for what is open or parked.
    pub position: i64,
    /// Events that wait or are under way, by account.
    pub open: Vec<Open>,
    pub parked: Vec<Parked>,
    /// The oldest event that was tried and not done.
    pub failing: Option<Failing>,
    /// Counts replays: what its holder knew of a turn before is not written any more.
    pub turn: u64,
    /// Who may change it; nil: nobody has it.
    pub claim: Uuid,
    /// For people: host and process.
    pub runner: String,
    /// Counts up while the runner lives.
    pub beat: u64,
    pub lease_seconds: u64,
    /// When it was written last.
    #[serde(with = "time::serde::rfc3339")]
    pub seen_at: OffsetDateTime,
}

/// What is open of an account, in the order of the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Open {
    pub account: i64,
    /// Failed tries of the first one.
    pub tries: u32,
    pub positions: Vec<i64>,
    /// From here up to the durable's position the account's events are open, too, and are not listed.
    pub rest: Option<i64>,
}

/// An event whose tries were used up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parked {
    pub position: i64,
    pub id: Uuid,
    pub account: i64,
    #[serde(rename = "type")]
    pub event_type: String,
    pub tries: u32,
    /// How the last try ended.
    pub outcome: String,
    #[serde(with = "time::serde::rfc3339")]
    pub parked_at: OffsetDateTime,
    /// An operator wants it tried again.
    pub is_retried: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failing {
    pub position: i64,
    pub tries: u32,
    /// How the last try ended.
    pub outcome: String,
}

impl Durable {
    /// One that nobody has, with nothing done yet.
    pub fn behind(lineage: &str, position: i64) -> Self {
        Self {
            lineage: lineage.to_owned(),
            types: Vec::new(),
            account: None,
            position,
            open: Vec::new(),
            parked: Vec::new(),
            failing: None,
            turn: 0,
            claim: Uuid::nil(),
            runner: String::new(),
            beat: 0,
            lease_seconds: 0,
            seen_at: OffsetDateTime::now_utc(),
        }
    }

    /// All up to here is done, parked, or not meant.
    pub fn done(&self) -> i64 {
        let Some(first) = self.first_open().and_then(Position::from_i64) else { return self.position };
        let before = Sequence::new(first.sequence().get().saturating_sub(1)).unwrap_or_default();
        if before == Sequence::ZERO { 0 } else { Position::new(before, first.shard()).get() }
    }

    /// Events of a log with this head that were not looked at, and those that are open.
    pub fn behind_by(&self, head: Sequence) -> u64 {
        let at = Position::from_i64(self.position).unwrap_or_default().sequence();
        head.get().saturating_sub(at.get()) + self.waiting()
    }

    /// The first event that is not done.
    pub fn first_open(&self) -> Option<i64> {
        self.open.iter().flat_map(|open| open.positions.first().copied().into_iter().chain(open.rest)).min()
    }

    /// How many are open, of those that are listed.
    pub fn waiting(&self) -> u64 {
        self.open.iter().map(|open| (open.positions.len() + usize::from(open.rest.is_some())) as u64).sum()
    }

    /// Somebody has it, or had it when it died.
    pub fn is_claimed(&self) -> bool {
        !self.claim.is_nil()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::durables::PARKED_MAX;
    use crate::feed::BATCH;
    use crate::queues::{LISTED_MAX, OPEN_ACCOUNTS_MAX};
    use crate::session::OUTCOME_CHARS_MAX;

    /// What a bucket takes.
    const VALUE_BYTES_MAX: usize = 64 * 1_024;

    #[test]
    fn the_largest_entry_fits_into_a_bucket() {
        let of_account = |listed: usize| Open {
            account: i64::MAX,
            tries: u32::MAX,
            positions: vec![i64::MAX; listed],
            rest: Some(i64::MAX),
        };
        let parked = Parked {
            position: i64::MAX,
            id: Uuid::max(),
            account: i64::MAX,
            event_type: "rookery.account.profile-changed.v1".to_owned(),
            tries: 100,
            outcome: "x".repeat(OUTCOME_CHARS_MAX),
            parked_at: OffsetDateTime::UNIX_EPOCH,
            is_retried: false,
        };
        let durable = Durable {
            lineage: "x".repeat(100),
            types: event_store::disclosed_types().collect(),
            account: Some(i64::MAX),
            position: i64::MAX,
            open: vec![
                of_account(1 + (LISTED_MAX + BATCH).div_ceil(OPEN_ACCOUNTS_MAX + BATCH));
                OPEN_ACCOUNTS_MAX + BATCH
            ],
            parked: vec![parked; PARKED_MAX],
            failing: Some(Failing {
                position: i64::MAX,
                tries: u32::MAX,
                outcome: "x".repeat(OUTCOME_CHARS_MAX),
            }),
            turn: u64::MAX,
            claim: Uuid::max(),
            runner: "x".repeat(100),
            beat: u64::MAX,
            lease_seconds: u64::MAX,
            seen_at: OffsetDateTime::now_utc(),
        };
        let bytes = serde_json::to_vec(&durable).expect("it has JSON").len();
        assert!(bytes <= VALUE_BYTES_MAX, "{bytes}");
    }
}
