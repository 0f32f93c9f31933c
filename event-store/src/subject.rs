//! One subject per consistency boundary. There are O(accounts) of them: each costs about 300 bytes of broker memory.

use std::fmt;

use domain::{AccountId, Shard};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Subject {
    /// Messages of an account: posted, edited, deleted.
    Outbox { shard: Shard, account: AccountId },
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Outbox { shard, account } => write!(f, "ev.{}.outbox.{account}", shard.0),
        }
    }
}

impl Subject {
    /// The pattern of all subjects of a shard.
    pub fn all_of(shard: Shard) -> String {
        format!("ev.{}.>", shard.0)
    }
}
