//! What two events can conflict about.

use std::fmt;

use domain::edge::DesiredState;
use domain::{Handle, MessageId, ReactionKind, Token};
use event_store::{Boundary, EditBucket, Subject};

const AUDIENCE: &str = "shows";
const FOLLOWERS: &str = "followers";

/// Numbers are ids of accounts and messages; of an edge, those of both its ends.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Key {
    /// Whether an account is former, and whom it blocks.
    Account(i64),
    /// Whether a message was posted.
    Message(i64),
    /// Whether a message is deleted.
    Deletion(i64),
    /// The text of a message.
    Text(i64),
    /// The profile of an account.
    Profile(i64),
    Follow(i64, i64),
    Mute(i64, i64),
    Reaction(ReactionKind, i64, i64),
    /// What an account shows its followers.
    Audience(i64),
    /// What all accounts show their followers. Only in segments, where nobody looks up which accounts an event is
    /// about.
    EveryAudience,
    /// How many followers an account has.
    Followers(i64),
    /// Who has a handle.
    Handle(Handle),
    /// The subject of a message's edits: an undecodable event there may be about any of its messages.
    EditsOf(MessageId),
}

impl Key {
    /// The key with this name, if it is about the followers of an account.
    pub(super) fn parse_of_followers(name: &str) -> Option<Self> {
        let (kind, account) = name.split_once('/')?;
        let account = account.parse().ok()?;
        match kind {
            AUDIENCE => Some(Self::Audience(account)),
            FOLLOWERS => Some(Self::Followers(account)),
            _ => None,
        }
    }
}

/// The names are stored with parked events, and operators see them.
impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Account(account) => write!(f, "account/{account}"),
            Self::Message(message) => write!(f, "message/{message}"),
            Self::Deletion(message) => write!(f, "deletion/{message}"),
            Self::Text(message) => write!(f, "text/{message}"),
            Self::Profile(account) => write!(f, "profile/{account}"),
            Self::Follow(from, to) => write!(f, "follow/{from}/{to}"),
            Self::Mute(from, to) => write!(f, "mute/{from}/{to}"),
            Self::Reaction(kind, from, to) => write!(f, "{}/{from}/{to}", kind.verb(DesiredState::Set)),
            Self::Audience(account) => write!(f, "{AUDIENCE}/{account}"),
            Self::EveryAudience => f.write_str(AUDIENCE),
            Self::Followers(account) => write!(f, "{FOLLOWERS}/{account}"),
            Self::Handle(handle) => write!(f, "handle/{}", Token::encode(handle.as_str())),
            Self::EditsOf(message) => {
                let edits = Boundary::Edits(EditBucket::of(*message));
                write!(f, "subject/{}", Subject::new(message.position().shard(), edits))
            }
        }
    }
}
