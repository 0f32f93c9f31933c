//! Handles: the names by which people find accounts.

use serde::{Deserialize, Serialize};

use crate::Rejection;
use crate::unicode::fold;

const LENGTH_MAX: usize = 30;

/// 1 to 30 of `a-z`, `0-9` and `_`. Capital letters are taken and folded: one name, one account. Letters that only fold
/// into these are refused, because a handle is compared by eye, and by programs that do not fold.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Handle(String);

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HandleRejection {
    #[error("a handle has 1 to 30 letters from a to z, digits and underscores")]
    HandleMustBeWellFormed,
}

impl Rejection for HandleRejection {
    fn code(&self) -> &'static str {
        match self {
            Self::HandleMustBeWellFormed => "HandleMustBeWellFormed",
        }
    }
}

impl Handle {
    pub fn parse(raw: &str) -> Result<Self, HandleRejection> {
        let has_only_allowed = raw.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        if raw.is_empty() || raw.len() > LENGTH_MAX || !has_only_allowed {
            return Err(HandleRejection::HandleMustBeWellFormed);
        }
        Ok(Self(fold(raw).into_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn into_string(self) -> String {
        self.0
    }
}
