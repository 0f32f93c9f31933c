//! The text of a message.

use serde::{Deserialize, Serialize};

use crate::Rejection;
use crate::unicode::{has_visible, nfc_of_at_most};

/// What people count: code points after NFC.
const CODE_POINTS_MAX: usize = 280;
/// What storage counts. 280 code points of four bytes each are 1,120.
const BYTES_MAX: usize = 1_120;

const _: () =
    assert!(CODE_POINTS_MAX * 4 == BYTES_MAX, "the limit on bytes never bites before the one on code points");

/// Text in NFC, 1 to 280 code points, something to see among them, without NUL. Only [`Text::parse`] makes one, but a
/// stored text is taken as it is: the log's past does not change with our rules.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Text(String);

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TextRejection {
    #[error("the text is empty or shows nothing")]
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
        if raw.contains('\0') {
            return Err(TextRejection::TextMustNotContainNul);
        }
        if !has_visible(raw) {
            return Err(TextRejection::TextMustNotBeEmpty);
        }
        nfc_of_at_most(raw, CODE_POINTS_MAX).map(Self).ok_or(TextRejection::TextMustNotBeTooLong)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn into_string(self) -> String {
        self.0
    }
}
