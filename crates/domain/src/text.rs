//! The text of a message.

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

use crate::Rejection;

/// What people count: code points after NFC.
const CODE_POINTS_MAX: usize = 280;
/// What storage counts. 280 code points of four bytes each are 1,120.
const BYTES_MAX: usize = 1_120;

const _: () =
    assert!(CODE_POINTS_MAX * 4 == BYTES_MAX, "the limit on bytes never bites before the one on code points");

/// Text in NFC, 1 to 280 code points, not blank, without NUL. There is no other way to make one than [`Text::parse`],
/// but a stored text is taken as it is: the log's past does not change with our rules.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Text(String);

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TextRejection {
    #[error("the text is empty or only white space")]
    TextMustNotBeEmpty,
    #[error("the text is longer than 280 code points")]
    TextMustNotBeTooLong,
    #[error("the text contains U+0000, which the data set cannot hold")]
    TextMustNotContainNul,
}

impl Rejection for TextRejection {
    fn code(&self) -> &'static str {
        match self {
            Self::TextMustNotBeEmpty => "TextMustNotBeEmpty",
            Self::TextMustNotBeTooLong => "TextMustNotBeTooLong",
            Self::TextMustNotContainNul => "TextMustNotContainNul",
        }
    }
}

impl Text {
    pub fn parse(raw: &str) -> Result<Self, TextRejection> {
        if raw.trim().is_empty() {
            return Err(TextRejection::TextMustNotBeEmpty);
        }
        if raw.contains('\0') {
            return Err(TextRejection::TextMustNotContainNul);
        }
        // One code point more than allowed is enough to know, however long the input is.
        let mut normal = String::with_capacity(raw.len());
        for (index, character) in raw.nfc().enumerate() {
            if index == CODE_POINTS_MAX {
                return Err(TextRejection::TextMustNotBeTooLong);
            }
            normal.push(character);
        }
        Ok(Self(normal))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn into_string(self) -> String {
        self.0
    }
}
