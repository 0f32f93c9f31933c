//! How much care a column asks for, and why an analyst may see it.

/// From what asks for the least care to what asks for the most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Classification {
    /// About the system, for those who work with it.
    Internal,
    /// What everybody with an account may read.
    Public,
    /// What everybody may read too, but it is about a person or in a person's words.
    Personal,
    /// About a person, and not for everybody: for those who answer for the community.
    Restricted,
}

impl Classification {
    pub const fn word(self) -> &'static str {
        match self {
            Self::Internal => "internal",
            Self::Public => "public",
            Self::Personal => "personal",
            Self::Restricted => "restricted",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Why {
    pub classification: Classification,
    /// The reason, as a sentence.
    pub reason: &'static str,
}

const fn why(classification: Classification, reason: &'static str) -> Why {
    Why { classification, reason }
}

/// Of what the API shows of messages and counts.
pub(super) const SHOWN: Why =
    why(Classification::Public, "The API shows it to everybody who may log in, and it is about no person.");

/// Of who wrote or did something, and of what somebody wrote.
pub(super) const SHOWN_OF_PEOPLE: Why =
    why(Classification::Personal, "The API shows it to everybody who may log in.");

/// Of what follows from rows that are shown.
pub(super) const FOLLOWS: Why = why(
    Classification::Public,
    "It follows from rows that the API shows to everybody, and is about no person.",
);

/// Of deleted messages.
pub(super) const LEFT: Why = why(
    Classification::Public,
    "It tells that something was deleted, and neither whose it was nor its text.",
);

/// Of where and when they went. To hide it would hide nothing: who keeps two exports sees what went in between.
pub(super) const LEFT_WHEN: Why = why(
    Classification::Personal,
    "Without it nobody could tell what changed. What went with its account went at that account's own position and time, \
     which tells whose it was; while the account was there, everybody could see that.",
);

/// Of their tags.
pub(super) const LEFT_TAGS: Why = why(
    Classification::Public,
    "What gets deleted is a question that tags answer and no text is needed for; they are words that many share.",
);

/// Of accounts that were given up.
pub(super) const GONE: Why = why(
    Classification::Personal,
    "It was shown to everybody while the account was there, and the handle stays taken, which everybody can find out.",
);

/// Of decisions of moderators, and of what was reported.
pub(super) const ANSWERED_FOR: Why = why(
    Classification::Restricted,
    "Whether moderation is fair can only be judged by its decisions; the words of people, and who reported, are left out.",
);

/// Of positions, versions and progress.
pub(super) const RUNNING: Why = why(
    Classification::Internal,
    "It says how far and how well the rows reflect the log, and nothing about a person.",
);

/// Of events that are not in the rows.
pub(super) const MISSING: Why = why(
    Classification::Personal,
    "Who counts has to know what is missing. It names accounts and messages, and nothing that they keep to themselves.",
);
