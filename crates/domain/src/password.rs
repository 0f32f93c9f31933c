//! Passwords, on their way from a request to the hash. Nothing of them is ever an event.

use std::fmt;

use crate::Rejection;

/// What people count: code points. The upper bound keeps hashing cheap, the lower one keeps guessing dear.
const CODE_POINTS_MIN: usize = 8;
const CODE_POINTS_MAX: usize = 128;

/// 8 to 128 code points, exactly as they were typed. It is neither shown nor written down.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(String);

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PasswordRejection {
    #[error("a password has 8 to 128 characters")]
    PasswordMustHaveGoodLength,
}

impl Rejection for PasswordRejection {
    fn code(&self) -> &'static str {
        match self {
            Self::PasswordMustHaveGoodLength => "PasswordMustHaveGoodLength",
        }
    }
}

impl Password {
    pub fn parse(raw: &str) -> Result<Self, PasswordRejection> {
        // One code point more than allowed is enough to know, however long the input is.
        let count = raw.chars().take(CODE_POINTS_MAX + 1).count();
        if (CODE_POINTS_MIN..=CODE_POINTS_MAX).contains(&count) {
            return Ok(Self(raw.to_owned()));
        }
        Err(PasswordRejection::PasswordMustHaveGoodLength)
    }

    /// The password itself, for whoever hashes it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(hidden)")
    }
}
