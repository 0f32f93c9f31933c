//! Which messages a query is about.

use super::tag::TagFilter;
use super::tag_combination::TagCombination;
use super::time_range::TimeRange;

/// Which messages are meant. Without a tag: any; without an author: anybody's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageFilter {
    pub tag: TagFilter,
    /// Where several tags are named; `tag` is none then.
    pub tags: Option<TagCombination>,
    pub author: Option<i64>,
    pub range: TimeRange,
}
