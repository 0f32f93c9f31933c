//! Tags: the words under which messages are found and counted.

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

use crate::Rejection;

const CODE_POINTS_MAX: usize = 64;
const TAGS_MAX: usize = 8;

/// A tag: trimmed, in NFC, lower-cased (Unicode), spaces turned into dashes, 1 to 64 code points; no control or other
/// white-space character and none of `.` `*` `>`, which are the operators of subject patterns: a consumer may use a tag
/// as a word of one.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Tag(String);

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TagRejection {
    #[error("a tag is empty or only spaces")]
    TagMustNotBeEmpty,
    #[error("a tag is longer than 64 code points")]
    TagMustNotBeTooLong,
    #[error("a tag contains a control character, white space other than a space, or one of . * >")]
    TagMustNotContainReservedCharacters,
    #[error("there are more than 8 tags")]
    TagsMustNotBeTooMany,
}

impl Rejection for TagRejection {
    fn code(&self) -> &'static str {
        match self {
            Self::TagMustNotBeEmpty => "TagMustNotBeEmpty",
            Self::TagMustNotBeTooLong => "TagMustNotBeTooLong",
            Self::TagMustNotContainReservedCharacters => "TagMustNotContainReservedCharacters",
            Self::TagsMustNotBeTooMany => "TagsMustNotBeTooMany",
        }
    }
}

impl Tag {
    pub fn parse(raw: &str) -> Result<Self, TagRejection> {
        // Only spaces are trimmed: a stray CR or LF is more likely an attack or a bug than a slip of the finger.
        let trimmed = raw.trim_matches(' ');
        if trimmed.is_empty() {
            return Err(TagRejection::TagMustNotBeEmpty);
        }
        // Lower-casing may give marks that NFC composes, and composing may give upper case no more: NFC goes last.
        let mut tag = String::with_capacity(trimmed.len());
        for (index, character) in trimmed.chars().flat_map(char::to_lowercase).nfc().enumerate() {
            if index == CODE_POINTS_MAX {
                return Err(TagRejection::TagMustNotBeTooLong);
            }
            match character {
                ' ' => tag.push('-'),
                '.' | '*' | '>' => return Err(TagRejection::TagMustNotContainReservedCharacters),
                other if other.is_control() || other.is_whitespace() => {
                    return Err(TagRejection::TagMustNotContainReservedCharacters);
                }
                other => tag.push(other),
            }
        }
        Ok(Self(tag))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn into_string(self) -> String {
        self.0
    }
}

/// At most 8 tags in the order given, without repetition.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Tags(Vec<Tag>);

impl Tags {
    /// Counts before it drops repetitions: nine tags are nine, also when two are alike.
    pub fn parse<'a>(raw: impl IntoIterator<Item = &'a str>) -> Result<Self, TagRejection> {
        let mut tags = Vec::new();
        for (index, one) in raw.into_iter().enumerate() {
            if index == TAGS_MAX {
                return Err(TagRejection::TagsMustNotBeTooMany);
            }
            let tag = Tag::parse(one)?;
            if !tags.contains(&tag) {
                tags.push(tag);
            }
        }
        Ok(Self(tags))
    }

    pub fn as_slice(&self) -> &[Tag] {
        &self.0
    }

    pub fn into_strings(self) -> Vec<String> {
        self.0.into_iter().map(Tag::into_string).collect()
    }
}
