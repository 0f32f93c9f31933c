//! Messages as the statements that end in `show_messages.sql` select them.

use fail_points::planted;
use time::OffsetDateTime;

use super::page::{PageKey, PositionKey};

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
    /// By the caller.
    pub bookmarked: bool,
}

/// A message that is there, and what keeps the caller from seeing it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangedRow {
    pub message: MessageRow,
    /// From the caller, or from everybody.
    pub is_hidden: bool,
    /// Not for the caller in lists of everybody.
    pub is_silenced: bool,
}

/// An account. It has no names if it never registered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthorRow {
    pub id: i64,
    pub handle: Option<String>,
    pub display_name: Option<String>,
}

/// A message as a part of a conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ThreadRow {
    Message(Box<MessageRow>),
    Deleted(DeletedRow),
}

/// What a conversation shows in the place of a deleted message that living replies lead to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeletedRow {
    pub id: i64,
    pub in_reply_to: Option<i64>,
    pub created_at: OffsetDateTime,
}

impl ThreadRow {
    pub(super) fn id(&self) -> i64 {
        match self {
            Self::Message(row) => row.id,
            Self::Deleted(row) => row.id,
        }
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
    pub(super) in_reply_to: Option<i64>,
    created_at: Option<OffsetDateTime>,
    edited_at: Option<OffsetDateTime>,
    edition: Option<i32>,
    likes: i64,
    reposts: i64,
    replies: i64,
    liked: bool,
    reposted: bool,
    bookmarked: bool,
    key_position: Option<i64>,
    /// From the caller.
    is_hidden: bool,
    /// Only in the list of everybody.
    #[sqlx(default)]
    is_silenced: Option<bool>,
    /// Only where messages are looked at one by one: whether it is what was asked for.
    #[sqlx(default)]
    is_match: Option<bool>,
    /// Only there: whether it is the last that was looked at, and there may be more.
    #[sqlx(default)]
    pub(super) is_bound: Option<bool>,
}

impl MessageColumns {
    /// For those who look after the place.
    pub(super) fn also_hidden(self) -> Self {
        Self { is_hidden: false, ..self }
    }

    /// `None` also where it is hidden from the caller.
    pub(super) fn into_message(self) -> Option<MessageRow> {
        let is_hidden = self.is_hidden || self.is_silenced == Some(true);
        if (is_hidden && !planted("hidden-shown")) || self.is_match == Some(false) {
            return None;
        }
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
            bookmarked: self.bookmarked,
        })
    }

    /// Whether it is shown is for whoever asked to decide.
    pub(super) fn into_changed(self) -> Option<ChangedRow> {
        let (is_hidden, is_silenced) = (self.is_hidden, self.is_silenced == Some(true));
        let message = Self { is_hidden: false, is_silenced: None, ..self }.into_message()?;
        Some(ChangedRow { message, is_hidden: is_hidden && !planted("hidden-shown"), is_silenced })
    }

    /// With its place in a list ordered by time.
    pub(super) fn into_listed(self) -> Option<(PageKey, Option<MessageRow>)> {
        Some((self.page_key()?, self.into_message()))
    }

    /// The same in a conversation.
    pub(super) fn into_listed_part(self) -> Option<(PageKey, Option<ThreadRow>)> {
        Some((self.page_key()?, self.into_part_of_thread()))
    }

    pub(super) fn page_key(&self) -> Option<PageKey> {
        Some(PageKey { created_at: self.created_at?.into(), id: self.id? })
    }

    /// Where a row without an author is of a deleted message: in `served.thread_messages`, and in the past.
    pub(super) fn into_part_of_thread(self) -> Option<ThreadRow> {
        if self.is_hidden || self.is_silenced == Some(true) || self.is_match == Some(false) {
            return None;
        }
        if self.author.is_some() {
            return self.into_message().map(Box::new).map(ThreadRow::Message);
        }
        let (id, created_at) = (self.id?, self.created_at?);
        Some(ThreadRow::Deleted(DeletedRow { id, in_reply_to: self.in_reply_to, created_at }))
    }

    /// With its place in a list ordered by position.
    pub(super) fn into_placed(self) -> Option<(PositionKey, Option<MessageRow>)> {
        Some((PositionKey(self.key_position?), self.into_message()))
    }
}
