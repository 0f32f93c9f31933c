//! What there is under an id.

/// What there is under the id of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Existence<T> {
    Present(T),
    /// It was deleted; this account had posted it.
    Deleted {
        author: i64,
    },
    Unknown,
}

impl<T> Existence<T> {
    /// What is made of what is present; nothing is unknown.
    pub(super) fn and_then<U>(self, f: impl FnOnce(T) -> Option<U>) -> Existence<U> {
        match self {
            Self::Present(value) => f(value).map_or(Existence::Unknown, Existence::Present),
            Self::Deleted { author } => Existence::Deleted { author },
            Self::Unknown => Existence::Unknown,
        }
    }
}

/// Columns of `p` in the statements about one message.
#[derive(Debug, Clone, Copy, sqlx::FromRow)]
pub(super) struct AboutMessage {
    pub(super) position: i64,
    is_known: bool,
    deleted_author: Option<i64>,
}

impl AboutMessage {
    pub(super) fn existence<T>(self, value: T) -> Existence<T> {
        match (self.is_known, self.deleted_author) {
            (true, _) => Existence::Present(value),
            (false, Some(author)) => Existence::Deleted { author },
            (false, None) => Existence::Unknown,
        }
    }
}

/// Columns of `p` in the statements about one account.
#[derive(Debug, Clone, Copy, sqlx::FromRow)]
pub(super) struct AboutAccount {
    pub(super) position: i64,
    pub(super) is_known: bool,
}
