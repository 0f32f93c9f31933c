//! Items of timelines: messages as somebody showed them, by posting or by reposting.

use std::collections::HashSet;

use super::message_row::MessageColumns;
use super::message_row::{AuthorRow, MessageRow};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedItemRow {
    /// Of the post or repost.
    pub position: i64,
    pub reposted_by: Option<AuthorRow>,
    pub message: MessageRow,
}

/// Items, newest first, and where to go on: everything before `older`, everything after `newer`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedPage {
    pub items: Vec<FeedItemRow>,
    /// `None` when nothing older is left.
    pub older: Option<i64>,
    /// Also where nothing is newer yet; `None` only where there is nothing to be newer than.
    pub newer: Option<i64>,
}

/// A row of the statements that end in `feed_item/show.sql`: an entry, and its message unless that is not shown.
#[derive(Debug, sqlx::FromRow)]
pub(super) struct ItemColumns {
    pub(super) entry_position: Option<i64>,
    reposter: Option<i64>,
    reposter_handle: Option<String>,
    reposter_name: Option<String>,
    #[sqlx(flatten)]
    message: MessageColumns,
}

impl ItemColumns {
    /// Of the data that the answer comes from.
    pub(super) fn data_position(&self) -> i64 {
        self.message.position
    }

    fn into_item(self) -> Option<FeedItemRow> {
        let (handle, display_name) = (self.reposter_handle, self.reposter_name);
        let reposted_by = self.reposter.map(|id| AuthorRow { id, handle, display_name });
        Some(FeedItemRow {
            position: self.entry_position?,
            reposted_by,
            message: self.message.into_message()?,
        })
    }
}

/// What is shown of rows that are ordered newest first: of several entries of one message only the newest.
pub(super) fn items(rows: impl IntoIterator<Item = ItemColumns>) -> Vec<FeedItemRow> {
    let mut seen = HashSet::new();
    rows.into_iter().filter_map(ItemColumns::into_item).filter(|item| seen.insert(item.message.id)).collect()
}
