//! A list, as its cursors know it.

use std::sync::Arc;

/// One list: its log, its address, and what it was narrowed to. Its cursors fit no other.
#[derive(Debug, Clone)]
pub(crate) struct List {
    pub(super) log: Option<Arc<str>>,
    pub(super) path: String,
    pub(super) filter: Vec<u8>,
}

impl List {
    /// `log`: the lineage of the one behind the data; `None` while nothing is folded.
    pub(crate) fn at(log: Option<Arc<str>>, path: impl Into<String>) -> Self {
        Self { log, path: path.into(), filter: Vec::new() }
    }

    /// The filter in a form in which no two are alike.
    pub(crate) fn narrowed_to(self, filter: Vec<u8>) -> Self {
        Self { filter, ..self }
    }
}
