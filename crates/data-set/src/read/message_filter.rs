//! Which messages a query is about.

use super::tag::TagFilter;
use super::time_range::TimeRange;

/// Which messages are meant. Without a tag: any; without an author: anybody's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageFilter {
    pub tag: TagFilter,
    pub author: Option<i64>,
    pub range: TimeRange,
}
