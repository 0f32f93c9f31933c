//! Tags: the words under which messages are found and counted.

use serde::{Deserialize, Deserializer, Serialize};

use crate::Rejection;
use crate::unicode::{fold, has_visible};

const CODE_POINTS_MAX: usize = 64;
const TAGS_MAX: usize = 8;

/// A tag: folded ([`fold`]), trimmed, spaces turned into dashes, 1 to 64 code points of that; no control or other
/// white-space character and none of `.` `*` `>`, which are the operators of subject patterns: a consumer may use a tag
/// as a word of one.
///
/// What is asked of a tag is asked of its folded form, so that two spellings of one tag are both fine or both not.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct Tag(String);

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TagRejection {
    #[error("a tag is empty or shows nothing")]
    TagMustNotBeEmpty,
    #[error("a tag is longer than 64 code points in its folded form")]
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
        let folded = fold(raw);
        // Only spaces are trimmed: a stray CR or LF is more likely an attack or a bug than a slip of the finger.
        let tag = folded.trim_matches(' ').replace(' ', "-");
        // Folding makes spaces of other white space, so that is looked for in what was written.
        if raw.chars().any(is_no_plain_space) || tag.chars().any(is_reserved) {
            return Err(TagRejection::TagMustNotContainReservedCharacters);
        }
        if !has_visible(&tag) {
            return Err(TagRejection::TagMustNotBeEmpty);
        }
        if tag.chars().nth(CODE_POINTS_MAX).is_some() {
            return Err(TagRejection::TagMustNotBeTooLong);
        }
        Ok(Self(tag))
    }

    /// A tag of the log. It was folded by the rule of its time, so it is folded again: one word is one tag, however
    /// old. A tag that newer rules refuse stays as it was written; it is shown, but no query finds it.
    fn stored(written: String) -> Self {
        Self::parse(&written).unwrap_or(Self(written))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn into_string(self) -> String {
        self.0
    }
}

fn is_reserved(character: char) -> bool {
    matches!(character, '.' | '*' | '>') || is_no_plain_space(character)
}

fn is_no_plain_space(character: char) -> bool {
    character.is_control() || (character.is_whitespace() && character != ' ')
}

/// At most 8 tags in the order given, without repetition.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[serde(transparent)]
pub struct Tags(Vec<Tag>);

impl<'de> Deserialize<'de> for Tags {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut tags = Self::default();
        for written in Vec::deserialize(deserializer)? {
            tags.add(Tag::stored(written));
        }
        Ok(tags)
    }
}

impl Tags {
    /// Counts before it drops repetitions: nine tags are nine, even if two are alike.
    pub fn parse<'a>(raw: impl IntoIterator<Item = &'a str>) -> Result<Self, TagRejection> {
        let mut tags = Self::default();
        for (index, one) in raw.into_iter().enumerate() {
            if index == TAGS_MAX {
                return Err(TagRejection::TagsMustNotBeTooMany);
            }
            tags.add(Tag::parse(one)?);
        }
        Ok(tags)
    }

    fn add(&mut self, tag: Tag) {
        if !self.0.contains(&tag) {
            self.0.push(tag);
        }
    }

    pub fn as_slice(&self) -> &[Tag] {
        &self.0
    }

    pub fn into_strings(self) -> Vec<String> {
        self.0.into_iter().map(Tag::into_string).collect()
    }
}
