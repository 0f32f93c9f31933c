//! The tag of a query, spelled as the fold stores it.

use domain::Tag;

/// Rows with this tag exist once per message; see `published.message_tags`.
const ANY: &str = "";

/// No tag is spelled like that, so nothing is found under it.
const NONE: &str = "*";

/// A tag to look for, or any.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TagFilter(String);

impl TagFilter {
    /// All messages, with tags or without.
    pub fn any() -> Self {
        Self(ANY.to_owned())
    }

    /// Messages with a tag, normalised as in posting. What cannot be a tag is no mistake of a reader: it finds nothing.
    pub fn of(raw: &str) -> Self {
        Self(Tag::parse(raw).map_or_else(|_impossible| NONE.to_owned(), Tag::into_string))
    }

    /// A tag that is in its stored spelling already.
    pub(super) fn stored(tag: String) -> Self {
        Self(tag)
    }

    pub fn is_any(&self) -> bool {
        self.0 == ANY
    }

    pub(super) fn into_string(self) -> String {
        self.0
    }

    /// The tag in its stored spelling; the empty string for any.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_spelled_as_in_posting() {
        assert_eq!(TagFilter::of(" Night Birds ").as_str(), "night-birds");
    }

    #[test]
    fn what_cannot_be_a_tag_finds_nothing_rather_than_everything() {
        for raw in ["", "  ", "a\0b", "a.b", "*", &"x".repeat(65)] {
            assert_eq!(TagFilter::of(raw).as_str(), NONE, "{raw:?}");
        }
        assert!(Tag::parse(NONE).is_err());
    }
}
