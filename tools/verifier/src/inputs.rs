//! What expected rows depend on besides the events.

use std::collections::{BTreeMap, BTreeSet};

/// Taken from the data set.
///
/// Whether an author's entries are written to feeds or merged on read depends on the limit that the reducers had with
/// each follow, which is a setting and not in the log. So the data set is asked which of the two it did, and compared
/// with what must hold then: both ways have to show the same.
#[derive(Debug, Clone, Default)]
pub struct Inputs {
    /// The position up to which rows reflect the log.
    pub position: i64,
    /// See migration 0013.
    pub split_from: i64,
    /// Authors that are called merged.
    pub merged_authors: BTreeSet<i64>,
    /// By owner and author: from where on an author's entries are merged into the owner's feed.
    pub merged: BTreeMap<(i64, i64), i64>,
}
