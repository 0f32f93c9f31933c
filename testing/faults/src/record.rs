//! What clients asked for, and what they were told.

use std::sync::{Mutex, PoisonError};
use std::time::Instant;

/// What an operation is meant to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Intent {
    Register {
        handle: String,
    },
    Post {
        text: String,
        tag: String,
        in_reply_to: Option<i64>,
    },
    Edit {
        message: i64,
        edition: Option<u32>,
        text: String,
    },
    Delete {
        message: i64,
    },
    React {
        kind: Reaction,
        message: i64,
        is_set: bool,
    },
    Follow {
        account: i64,
        is_set: bool,
    },
    Block {
        account: i64,
        is_set: bool,
    },
    Mute {
        account: i64,
        is_set: bool,
    },
    Moderate {
        account: i64,
        action: Action,
    },
    /// By an operator's tool, past the dispatchers.
    Role {
        account: i64,
        is_set: bool,
    },
    Import {
        texts: Vec<String>,
        tag: String,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reaction {
    Like,
    Repost,
    Bookmark,
}

/// Of a moderator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    Warn,
    Silence,
    Suspend,
    Lift,
}

impl Action {
    pub fn word(self) -> &'static str {
        match self {
            Self::Warn => "warn",
            Self::Silence => "silence",
            Self::Suspend => "suspend",
            Self::Lift => "lift",
        }
    }

    /// What holds from then on; `None` where that stays as it was.
    pub fn level(self) -> Option<&'static str> {
        match self {
            Self::Warn => None,
            Self::Silence => Some("silenced"),
            Self::Suspend => Some("suspended"),
            Self::Lift => Some(""),
        }
    }
}

/// What operators give and take here.
pub const ROLE: &str = "analyst";

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ack {
    pub position: i64,
    /// The message or account, where the answer names one.
    pub id: Option<i64>,
    pub edition: Option<u64>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    Acked(Ack),
    /// Definitely not done by this try.
    Rejected {
        status: u16,
        code: String,
    },
    /// No answer, or one that leaves it open.
    Unknown(String),
}

/// One HTTP request of an operation. Its request id is on every event that it caused.
#[derive(Debug, Clone)]
pub struct Try {
    pub number: usize,
    /// The address of the dispatcher.
    pub to: String,
    pub sent: Instant,
    pub answered: Option<Instant>,
    pub outcome: Outcome,
}

/// What one caller wanted once: several tries only under one idempotency key.
#[derive(Debug, Clone)]
pub struct Operation {
    pub actor: i64,
    pub intent: Intent,
    pub key: Option<String>,
    pub tries: Vec<Try>,
}

impl Operation {
    pub fn ack(&self) -> Option<&Ack> {
        self.tries.iter().find_map(|one| match &one.outcome {
            Outcome::Acked(ack) => Some(ack),
            _ => None,
        })
    }

    pub fn is_unknown(&self) -> bool {
        self.ack().is_none() && self.tries.iter().any(|one| matches!(one.outcome, Outcome::Unknown(_)))
    }
}

/// All operations of a run, by number.
#[derive(Debug, Default)]
pub struct Record {
    operations: Mutex<Vec<Operation>>,
}

/// The header that ties a try to its events.
pub fn request_id(operation: usize, attempt: usize) -> String {
    format!("fault-{operation}-{attempt}")
}

/// Operation and try of a request id of ours.
pub fn parse_request_id(text: &str) -> Option<(usize, usize)> {
    let (operation, attempt) = text.strip_prefix("fault-")?.split_once('-')?;
    Some((operation.parse().ok()?, attempt.parse().ok()?))
}

impl Record {
    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Operation>> {
        // What a panicking client left is still what it was told.
        self.operations.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The operation's number; nothing was sent yet.
    pub fn begin(&self, actor: i64, key: Option<String>, intent: impl FnOnce(usize) -> Intent) -> usize {
        let mut operations = self.lock();
        let number = operations.len();
        operations.push(Operation { actor, intent: intent(number), key, tries: Vec::new() });
        number
    }

    /// Written before the request is sent, so that a client that dies leaves an open outcome behind.
    pub fn sent(&self, operation: usize, to: &str) -> usize {
        let tries = &mut self.lock()[operation].tries;
        let number = tries.len();
        let outcome = Outcome::Unknown("not answered".to_owned());
        tries.push(Try { number, to: to.to_owned(), sent: Instant::now(), answered: None, outcome });
        number
    }

    pub fn answered(&self, operation: usize, attempt: usize, outcome: Outcome) {
        let one = &mut self.lock()[operation].tries[attempt];
        (one.outcome, one.answered) = (outcome, Some(Instant::now()));
    }

    pub fn one(&self, operation: usize) -> Operation {
        self.lock()[operation].clone()
    }

    pub fn all(&self) -> Vec<Operation> {
        self.lock().clone()
    }

    pub fn acked(&self) -> usize {
        self.lock().iter().filter(|operation| operation.ack().is_some()).count()
    }
}
