//! One subject per consistency boundary. There are O(accounts) of them, and a fixed number for what follows messages:
//! each costs about 300 bytes of broker memory.

use std::fmt;

use domain::{
    AccountEvent, AccountId, Event, GraphEvent, Handle, HandleEvent, InboxEvent, MessageEvent, MessageId,
    ProjectionEvent, ReportEvent, Shard, Token,
};

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Subject {
    shard: Shard,
    boundary: Boundary,
}

/// What is kept consistent.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Boundary {
    /// An account: registered, profile changed, deactivated.
    Account(AccountId),
    /// A handle: claimed, released.
    Handle(Handle),
    /// Messages of an account: posted.
    Outbox(AccountId),
    /// Messages of everybody: edited, deleted.
    Edits(EditBucket),
    /// Whom an account follows and mutes.
    Graph(AccountId),
    /// Whom an account blocks.
    Blocks(AccountId),
    /// What an account liked, reposted and bookmarked.
    Reactions(AccountId),
    /// What an account has seen of its notifications.
    Inbox(AccountId),
    /// What moderators and operators decided about an account.
    Moderation(AccountId),
    /// What an account reported to moderators.
    Reports(AccountId),
    /// Which reports a moderator resolved.
    Resolutions(AccountId),
    /// Which events an operator gave up, of a projection.
    Dropped(String),
}

/// Which of the subjects for edits and deletions a message's are in. Part of the log's format, so never changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct EditBucket(u16);

impl EditBucket {
    pub(crate) const BITS: u32 = u16::BITS;

    pub fn of(message: MessageId) -> Self {
        // The lower 16 bits.
        Self(mixed(message.get()) as u16)
    }
}

/// The finaliser of SplitMix64. It gives every id another number, and neighbours far ones.
pub(crate) fn mixed(id: i64) -> u64 {
    let mut bits = id.unsigned_abs();
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

impl fmt::Display for EditBucket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ev.{}.{}.", self.shard.0, self.boundary.kind())?;
        match &self.boundary {
            // A handle parsed by our rules encodes to itself; one of older rules could not break out either.
            Boundary::Handle(handle) => write!(f, "{}", Token::encode(handle.as_str())),
            Boundary::Edits(bucket) => write!(f, "{bucket}"),
            Boundary::Dropped(projection) => write!(f, "{}", Token::encode(projection)),
            Boundary::Account(account)
            | Boundary::Outbox(account)
            | Boundary::Graph(account)
            | Boundary::Blocks(account)
            | Boundary::Reactions(account)
            | Boundary::Inbox(account)
            | Boundary::Moderation(account)
            | Boundary::Reports(account)
            | Boundary::Resolutions(account) => write!(f, "{account}"),
        }
    }
}

impl Boundary {
    /// The third part of a subject.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Account(_) => "account",
            Self::Handle(_) => "handle",
            Self::Outbox(_) => "outbox",
            Self::Edits(_) => "edits",
            Self::Graph(_) => "graph",
            Self::Blocks(_) => "blocks",
            Self::Reactions(_) => "reactions",
            Self::Inbox(_) => "inbox",
            Self::Moderation(_) => "moderation",
            Self::Reports(_) => "reports",
            Self::Resolutions(_) => "resolutions",
            Self::Dropped(_) => "dropped",
        }
    }
}

impl Subject {
    /// Whether its third part is that of what operators may write with their tools: [`Boundary::Dropped`] and
    /// [`Boundary::Moderation`].
    pub fn is_of_operators(subject: &str) -> bool {
        matches!(subject.split('.').nth(2), Some("dropped" | "moderation"))
    }

    /// Whether it is a [`Boundary::Moderation`].
    pub fn is_of_decisions(subject: &str) -> bool {
        subject.split('.').nth(2) == Some("moderation")
    }

    pub fn new(shard: Shard, boundary: Boundary) -> Self {
        Self { shard, boundary }
    }

    pub fn boundary(&self) -> &Boundary {
        &self.boundary
    }

    /// Where an event belongs.
    pub fn of(shard: Shard, event: &Event) -> Self {
        let boundary = match event {
            Event::Account(AccountEvent::Registered(event)) => Boundary::Account(event.account),
            Event::Account(AccountEvent::ProfileChanged(event)) => Boundary::Account(event.account),
            Event::Account(AccountEvent::Deactivated(event)) => Boundary::Account(event.account),
            Event::Handle(HandleEvent::Claimed(event)) => Boundary::Handle(event.handle.clone()),
            Event::Handle(HandleEvent::Released(event)) => Boundary::Handle(event.handle.clone()),
            Event::Message(MessageEvent::Posted(event)) => Boundary::Outbox(event.author),
            Event::Message(MessageEvent::Edited(event)) => Boundary::Edits(EditBucket::of(event.message)),
            Event::Message(MessageEvent::Deleted(event)) => Boundary::Edits(EditBucket::of(event.message)),
            Event::Graph(event @ (GraphEvent::Blocked(_) | GraphEvent::Unblocked(_))) => {
                Boundary::Blocks(event.accounts().0)
            }
            Event::Graph(
                event @ (GraphEvent::Followed(_)
                | GraphEvent::Unfollowed(_)
                | GraphEvent::Muted(_)
                | GraphEvent::Unmuted(_)),
            ) => Boundary::Graph(event.accounts().0),
            Event::Reaction(event) => Boundary::Reactions(event.reaction().account),
            Event::Inbox(InboxEvent::NotificationsRead(event)) => Boundary::Inbox(event.account),
            Event::Moderation(event) => Boundary::Moderation(event.account()),
            Event::Report(ReportEvent::Filed(event)) => Boundary::Reports(event.reporter),
            Event::Report(ReportEvent::Resolved(event)) => Boundary::Resolutions(event.by),
            Event::Projection(ProjectionEvent::EventsDropped(event)) => {
                Boundary::Dropped(event.projection.clone())
            }
        };
        Self { shard, boundary }
    }

    /// Whose events a subject holds, if it is one account's.
    pub fn account_of(subject: &str) -> Option<AccountId> {
        let (kind, id) = subject.strip_prefix("ev.")?.split_once('.')?.1.split_once('.')?;
        match kind {
            "handle" | "edits" | "dropped" => None,
            _ => id.parse().ok(),
        }
    }

    /// The pattern of all subjects of a shard.
    pub fn all_of(shard: Shard) -> String {
        format!("ev.{}.>", shard.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subject_is_an_accounts_or_not() {
        assert_eq!(Subject::account_of("ev.0.outbox.5"), AccountId::from_i64(5));
        assert_eq!(Subject::account_of("ev.0.graph.77"), AccountId::from_i64(77));
        for other in ["ev.0.handle.5", "ev.0.edits.5", "ev.0.dropped.5", "ev.0", "somewhere.else"] {
            assert_eq!(Subject::account_of(other), None, "{other}");
        }
    }

    /// The bucket of a message is in the log for ever.
    #[test]
    fn a_message_has_the_same_bucket_for_ever() {
        let bucket = |id: &str| EditBucket::of(id.parse().expect("an id")).to_string();
        let buckets: Vec<String> = ["256", "512", "768", "9223372036854775807"].map(bucket).to_vec();
        assert_eq!(buckets, ["5901", "60346", "25098", "57021"]);
    }
}
