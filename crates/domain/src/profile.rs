//! What people say about themselves.

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

use crate::Rejection;

const DISPLAY_NAME_MAX: usize = 50;
const BIO_MAX: usize = 500;

/// Trimmed, NFC, 1 to 50 code points, no control characters.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DisplayName(String);

/// NFC, at most 500 code points, may be empty; no control characters but line breaks and tabs.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Bio(String);

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProfileRejection {
    #[error("the display name is empty or only white space")]
    DisplayNameMustNotBeEmpty,
    #[error("the display name is longer than 50 code points")]
    DisplayNameMustNotBeTooLong,
    #[error("the display name contains a control character")]
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

/// At most `max` code points in NFC, or `None`. One code point more is enough to know, however long the input is.
fn normal(raw: &str, max: usize) -> Option<String> {
    let mut normal = String::new();
    for (index, character) in raw.nfc().enumerate() {
        if index == max {
            return None;
        }
        normal.push(character);
    }
    Some(normal)
}

impl DisplayName {
    pub fn parse(raw: &str) -> Result<Self, ProfileRejection> {
        let trimmed = raw.trim();
        if trimmed.is_empty() {
            return Err(ProfileRejection::DisplayNameMustNotBeEmpty);
        }
        if trimmed.contains(char::is_control) {
            return Err(ProfileRejection::DisplayNameMustNotContainControlCharacters);
        }
        normal(trimmed, DISPLAY_NAME_MAX).map(Self).ok_or(ProfileRejection::DisplayNameMustNotBeTooLong)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn into_string(self) -> String {
        self.0
    }
}

impl Bio {
    pub fn parse(raw: &str) -> Result<Self, ProfileRejection> {
        if raw.contains(|character: char| character.is_control() && !matches!(character, '\n' | '\r' | '\t'))
        {
            return Err(ProfileRejection::BioMustNotContainControlCharacters);
        }
        normal(raw, BIO_MAX).map(Self).ok_or(ProfileRejection::BioMustNotBeTooLong)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn into_string(self) -> String {
        self.0
    }
}
