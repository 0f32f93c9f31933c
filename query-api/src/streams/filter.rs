//! Which changes a stream is about.

use data_set::read::{ChangeKind, ChangeRow, TagCombination, TagFilter};

/// As a caller names them.
pub(super) const KINDS: [(&str, Kind); 5] = [
    ("message.posted", Kind::Posted),
    ("message.edited", Kind::Edited),
    ("message.deleted", Kind::Deleted),
    ("message.reposted", Kind::Reposted),
    ("notification", Kind::Notification),
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Posted,
    Edited,
    Deleted,
    /// Of home timelines alone.
    Reposted,
    Notification,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Filter {
    /// Of which messages; `None` for those of none.
    pub(super) messages: Option<Messages>,
    /// The caller's own.
    pub(super) notifications: bool,
    /// `None`: all.
    pub(super) kinds: Option<Vec<Kind>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Messages {
    /// Of the caller's home timeline.
    Home,
    Of(Wanted),
}

/// Tags in their stored spelling, as lists take them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Wanted {
    pub(super) any: Vec<String>,
    pub(super) all: Vec<String>,
    pub(super) none: Vec<String>,
    pub(super) author: Option<i64>,
}

impl Kind {
    pub(super) fn of(kind: ChangeKind) -> Self {
        match kind {
            ChangeKind::Posted => Self::Posted,
            ChangeKind::Edited => Self::Edited,
            ChangeKind::Deleted => Self::Deleted,
            ChangeKind::Reposted => Self::Reposted,
        }
    }

    pub(super) fn name(self) -> &'static str {
        KINDS.iter().find(|(_, kind)| *kind == self).map_or("message", |(name, _)| name)
    }
}

impl Filter {
    pub(super) fn takes(&self, kind: Kind) -> bool {
        self.kinds.as_ref().is_none_or(|kinds| kinds.contains(&kind))
    }

    pub(super) fn is_home(&self) -> bool {
        self.messages == Some(Messages::Home)
    }

    /// Whether a message of a silenced author is left out unless the caller follows it, as in lists of everybody.
    pub(super) fn is_of_everybody(&self) -> bool {
        matches!(&self.messages, Some(Messages::Of(Wanted { author: None, .. })))
    }

    /// Whether a change is meant; whose home timeline it is in has to be asked elsewhere.
    pub(super) fn means(&self, change: &ChangeRow) -> bool {
        if !self.takes(Kind::of(change.kind)) {
            return false;
        }
        match &self.messages {
            None => false,
            Some(Messages::Home) => true,
            Some(Messages::Of(wanted)) => change.kind != ChangeKind::Reposted && wanted.means(change),
        }
    }
}

impl Wanted {
    pub(super) fn new(tag: &TagFilter, tags: Option<&TagCombination>, author: Option<i64>) -> Self {
        let Some(tags) = tags else {
            let all = if tag.is_any() { Vec::new() } else { vec![tag.as_str().to_owned()] };
            return Self { all, author, ..Self::default() };
        };
        let [any, all, none] = [tags.any(), tags.all(), tags.none()].map(<[String]>::to_vec);
        Self { any, all, none, author }
    }

    /// An edit is meant by what it made of the message and by what it was before: whoever shows it has to learn that it is
    /// no longer meant.
    fn means(&self, change: &ChangeRow) -> bool {
        self.author.is_none_or(|author| author == change.author)
            && (self.has(&change.tags) || change.tags_before.as_deref().is_some_and(|tags| self.has(tags)))
    }

    fn has(&self, tags: &[String]) -> bool {
        self.all.iter().all(|tag| tags.contains(tag))
            && (self.any.is_empty() || self.any.iter().any(|tag| tags.contains(tag)))
            && !self.none.iter().any(|tag| tags.contains(tag))
    }
}
