//! Messages as the statements that end in `show_messages.sql` select them.

use time::OffsetDateTime;

use super::{PageKey, PositionKey};

/// A message in its latest edition, and what others and the caller made of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageRow {
    pub id: i64,
    pub author: AuthorRow,
    pub text: String,
    pub tags: Vec<String>,
    pub in_reply_to: Option<i64>,
    pub created_at: OffsetDateTime,
    pub edited_at: Option<OffsetDateTime>,
    pub edition: i32,
    pub likes: i64,
    pub reposts: i64,
    pub replies: i64,
    /// By the caller.
    pub liked: bool,
    /// By the caller.
    pub reposted: bool,
}

/// An account. It has no names if it never registered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthorRow {
    pub id: i64,
    pub handle: Option<String>,
    pub display_name: Option<String>,
}

impl MessageRow {
    /// Its place in lists ordered by time.
    pub(super) fn page_key(&self) -> PageKey {
        PageKey { created_at: self.created_at.into(), id: self.id }
    }
}

/// A row of such a statement: there is always a first one, which carries the position, and maybe no message.
#[derive(Debug, sqlx::FromRow)]
pub(super) struct MessageColumns {
    pub(super) position: i64,
    id: Option<i64>,
    author: Option<i64>,
    author_handle: Option<String>,
    author_name: Option<String>,
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
    key_position: Option<i64>,
}

impl MessageColumns {
    pub(super) fn into_message(self) -> Option<MessageRow> {
        Some(MessageRow {
            id: self.id?,
            author: AuthorRow {
                id: self.author?,
                handle: self.author_handle,
                display_name: self.author_name,
            },
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
        })
    }

    /// With its place in a list ordered by position.
    pub(super) fn into_placed(self) -> Option<(PositionKey, MessageRow)> {
        let key = PositionKey(self.key_position?);
        Some((key, self.into_message()?))
    }
}
