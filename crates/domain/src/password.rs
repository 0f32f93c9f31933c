//! Passwords, on their way from a request to the hash. Nothing of them is ever an event.

use std::fmt;

use crate::Rejection;
use crate::unicode::{nfc, plain_spaces};

/// What people count: code points. The upper bound keeps hashing cheap, the lower one makes guessing expensive.
const CODE_POINTS_MIN: usize = 8;
const CODE_POINTS_MAX: usize = 128;

/// What somebody typed, prepared as RFC 8265 §4.2.2 (OpaqueString) says: in NFC, every space the plain one, nothing
/// trimmed, and small letters other than capital ones. So the same keys fit on every keyboard. Unlike there, no
/// character is refused: a person who can type it twice may have it. It is neither shown nor written down.
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
    /// A new one: 8 to 128 code points, prepared.
    pub fn parse(raw: &str) -> Result<Self, PasswordRejection> {
        let password = Self::guess(raw);
        // One code point more than allowed is enough to know, however long the input is.
        let count = password.0.chars().take(CODE_POINTS_MAX + 1).count();
        if (CODE_POINTS_MIN..=CODE_POINTS_MAX).contains(&count) {
            return Ok(password);
        }
        Err(PasswordRejection::PasswordMustHaveGoodLength)
    }

    /// A password to compare, of any length: one of a wrong length is just wrong.
    pub fn guess(raw: &str) -> Self {
        Self(nfc(&plain_spaces(raw)))
    }

    /// The password itself, to be hashed.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(hidden)")
    }
}
