//! What people say about themselves.

use serde::{Deserialize, Serialize};

use crate::Rejection;
use crate::unicode::{has_visible, is_direction_control, nfc_of_at_most};

const DISPLAY_NAME_MAX: usize = 50;
const BIO_MAX: usize = 500;

/// Trimmed, NFC, 1 to 50 code points, something to see among them. It stands in one line with what others wrote, so no
/// control characters, line or paragraph separators, and nothing that turns the direction of what follows.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DisplayName(String);

/// NFC, at most 500 code points, may be empty or show nothing; no control characters except line breaks and tabs. It is
/// shown by itself, as a text is, so it may have line breaks and direction controls.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Bio(String);

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProfileRejection {
    #[error("the display name is empty or shows nothing")]
    DisplayNameMustNotBeEmpty,
    #[error("the display name is longer than 50 code points")]
    DisplayNameMustNotBeTooLong,
    #[error("the display name contains a control character, a line separator or a direction control")]
    DisplayNameMustNotContainControlCharacters,
    #[error("the bio is longer than 500 code points")]
    BioMustNotBeTooLong,
    #[error("the bio contains a control character")]
    BioMustNotContainControlCharacters,
}

impl Rejection for ProfileRejection {
    fn code(&self) -> &'static str {
        match self {
            Self::DisplayNameMustNotBeEmpty => "DisplayNameMustNotBeEmpty",
            Self::DisplayNameMustNotBeTooLong => "DisplayNameMustNotBeTooLong",
            Self::DisplayNameMustNotContainControlCharacters => "DisplayNameMustNotContainControlCharacters",
            Self::BioMustNotBeTooLong => "BioMustNotBeTooLong",
            Self::BioMustNotContainControlCharacters => "BioMustNotContainControlCharacters",
        }
    }
}

impl DisplayName {
    pub fn parse(raw: &str) -> Result<Self, ProfileRejection> {
        let trimmed = raw.trim();
        if !has_visible(trimmed) {
            return Err(ProfileRejection::DisplayNameMustNotBeEmpty);
        }
        if trimmed.contains(is_no_part_of_a_line) {
            return Err(ProfileRejection::DisplayNameMustNotContainControlCharacters);
        }
        nfc_of_at_most(trimmed, DISPLAY_NAME_MAX)
            .map(Self)
            .ok_or(ProfileRejection::DisplayNameMustNotBeTooLong)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn into_string(self) -> String {
        self.0
    }
}

fn is_no_part_of_a_line(character: char) -> bool {
    character.is_control() || matches!(character, '\u{2028}' | '\u{2029}') || is_direction_control(character)
}

impl Bio {
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn parse(raw: &str) -> Result<Self, ProfileRejection> {
        if raw.contains(|character: char| character.is_control() && !matches!(character, '\n' | '\r' | '\t'))
        {
            return Err(ProfileRejection::BioMustNotContainControlCharacters);
        }
        nfc_of_at_most(raw, BIO_MAX).map(Self).ok_or(ProfileRejection::BioMustNotBeTooLong)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn into_string(self) -> String {
        self.0
    }
}
