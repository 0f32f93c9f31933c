//! Idempotency beyond the broker's own window: who claimed a key, for what, and what came of it.
//!
//! A claim is made *before* the append and holds the log's head of that moment. A crash in between leaves it pending;
//! the retry then searches the subject behind that head for its own command id, so that it finds an event whose answer
//! was lost, however long ago. Claims expire after [`CLAIM_AGE_MAX`].

mod in_memory;
mod jet_stream;

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use domain::{AccountId, Sequence, Token};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;
use uuid::fmt::Simple;

use crate::contract::Lineage;

pub use self::in_memory::InMemoryClaims;
pub use self::jet_stream::JetStreamClaims;

/// For how long a key is remembered. The API promises 24 hours.
pub const CLAIM_AGE_MAX: Duration = Duration::from_secs(48 * 3_600);

/// Names a claim: one actor's key on one log. Keys of different actors never meet, and what became of a command on a log
/// that is gone is no answer on the one that took its place.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ClaimName(String);

impl ClaimName {
    pub fn new(log: &Lineage, actor: AccountId, key: &str) -> Self {
        Self(format!("{}.{actor}.{}", short(log), Token::encode(key)))
    }

    /// A key of callers who are not known. They share one space, so their keys have to be hard to guess.
    pub fn of_nobody(log: &Lineage, key: &str) -> Self {
        Self(format!("{}.nobody.{}", short(log), Token::encode(key)))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Every claim's name holds it.
fn short(log: &Lineage) -> Simple {
    Uuid::new_v5(&Uuid::NAMESPACE_OID, log.0.as_bytes()).simple()
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    /// SHA-256 of the request in hexadecimal. Another request under the same key is an error of the caller.
    pub fingerprint: String,
    /// Sequence of the log's head before the command ran.
    since: u64,
    /// Whether more than one try carried the command out, perhaps at the same time. Then a refusal of one says nothing of
    /// the others, so none of them may give the key back.
    #[serde(default)]
    pub shared: bool,
    /// The command's outcome as JSON. Absent while the command runs, or where its process died.
    pub outcome: Option<Value>,
}

impl Claim {
    pub fn pending(fingerprint: String, since: Sequence) -> Self {
        Self { fingerprint, since: since.get(), shared: false, outcome: None }
    }

    /// Whether a try of this request that comes upon the claim has to say so in it.
    pub fn is_to_be_shared_by(&self, fingerprint: &str) -> bool {
        self.outcome.is_none() && !self.shared && self.fingerprint == fingerprint
    }

    pub fn since(&self) -> Sequence {
        Sequence::new(self.since).unwrap_or(Sequence::MAX)
    }
}

/// A claim at the revision at which it was seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldClaim {
    pub name: ClaimName,
    pub claim: Claim,
    pub revision: u64,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Opened {
    /// Nobody had claimed the key.
    Made(HeldClaim),
    /// Somebody had: an earlier try, or one that runs at this moment.
    Found(HeldClaim),
}

#[derive(Debug, thiserror::Error)]
pub enum ClaimError {
    #[error("the idempotency claims cannot be reached: {0}")]
    Unavailable(String),
    /// Nothing can be claimed until an operator has made room.
    #[error("the idempotency claims are full: {0}")]
    Full(String),
    #[error("the broker may not reserve the room for the idempotency claims: {0}")]
    NoRoom(String),
}

#[async_trait]
pub trait Claims: Send + Sync + fmt::Debug {
    /// The claim of that name, if anybody made it.
    async fn find(&self, name: &ClaimName) -> Result<Option<HeldClaim>, ClaimError>;

    /// Makes the claim unless it exists.
    async fn open(&self, name: ClaimName, claim: Claim) -> Result<Opened, ClaimError>;

    /// Says in a pending claim that another try is under way. `None` where somebody wrote in the meantime.
    async fn share(&self, held: HeldClaim) -> Result<Option<HeldClaim>, ClaimError>;

    /// Writes down what came of it. A claim that a twin wrote to in the meantime stays as the twin left it.
    async fn complete(&self, held: &HeldClaim, outcome: &Value) -> Result<(), ClaimError>;

    /// Gives the key back after a definite refusal. Does nothing where a twin wrote in the meantime.
    async fn release(&self, held: &HeldClaim) -> Result<(), ClaimError>;
}
