//! Items of timelines: messages as somebody showed them, by posting or by reposting.

use std::collections::HashSet;

use time::OffsetDateTime;

/// An account as it stands beside what it did. Without names, if it never registered or is gone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedAccountRow {
    pub id: i64,
    pub handle: Option<String>,
    pub display_name: Option<String>,
}

/// A message in its latest edition, with its counts and what the caller did to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedMessageRow {
    pub id: i64,
    pub author: FeedAccountRow,
    pub text: String,
    pub tags: Vec<String>,
    pub in_reply_to: Option<i64>,
    pub created_at: OffsetDateTime,
    pub edited_at: Option<OffsetDateTime>,
    pub edition: i32,
    pub likes: i64,
    pub reposts: i64,
    pub replies: i64,
    pub liked: bool,
    pub reposted: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedItemRow {
    /// Of the post or repost.
    pub position: i64,
    pub reposted_by: Option<FeedAccountRow>,
    pub message: FeedMessageRow,
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
    pub(super) data_position: i64,
    pub(super) entry_position: Option<i64>,
    reposter: Option<i64>,
    reposter_handle: Option<String>,
    reposter_display_name: Option<String>,
    id: Option<i64>,
    author: Option<i64>,
    handle: Option<String>,
    display_name: Option<String>,
    text: Option<String>,
    tags: Option<Vec<String>>,
    in_reply_to: Option<i64>,
    created_at: Option<OffsetDateTime>,
    edited_at: Option<OffsetDateTime>,
    edition: Option<i32>,
    likes: i64,
    reposts: i64,
    replies: i64,
    liked: bool,
    reposted: bool,
}

impl ItemColumns {
    fn into_item(self) -> Option<FeedItemRow> {
        let author =
            FeedAccountRow { id: self.author?, handle: self.handle, display_name: self.display_name };
        let (handle, display_name) = (self.reposter_handle, self.reposter_display_name);
        let message = FeedMessageRow {
            id: self.id?,
            author,
            text: self.text?,
            tags: self.tags?,
            in_reply_to: self.in_reply_to,
            created_at: self.created_at?,
            edited_at: self.edited_at,
            edition: self.edition?,
            likes: self.likes,
            reposts: self.reposts,
            replies: self.replies,
            liked: self.liked,
            reposted: self.reposted,
        };
        let reposted_by = self.reposter.map(|id| FeedAccountRow { id, handle, display_name });
        Some(FeedItemRow { position: self.entry_position?, reposted_by, message })
    }
}

/// What is shown of rows that are ordered newest first: of several entries of one message only the newest.
pub(super) fn items(rows: impl IntoIterator<Item = ItemColumns>) -> Vec<FeedItemRow> {
    let mut seen = HashSet::new();
    rows.into_iter().filter_map(ItemColumns::into_item).filter(|item| seen.insert(item.message.id)).collect()
}
