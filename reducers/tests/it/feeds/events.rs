//! Histories that nobody decided on: any event in any state, so that the fold is met with what the domain would refuse,
//! too.

use bytes::Bytes;
use domain::{
    AccountDeactivated, AccountEvent, AccountId, CommandId, Event, EventId, Followed, GraphEvent, Liked,
    MessageDeleted, MessageEvent, MessageId, MessagePosted, Position, ReactionEvent, Reposted, Sequence,
    Shard, Tags, Text, Unfollowed, Unreposted,
};
use event_store::{Envelope, RecordedEvent, encode};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use time::OffsetDateTime;
use uuid::Uuid;

pub(crate) const ACCOUNTS: i64 = 7;

pub(crate) fn account(number: i64) -> AccountId {
    AccountId::from_i64(number).expect("positive")
}

fn message(id: i64) -> MessageId {
    MessageId::at(Position::from_i64(id).expect("positive"))
}

pub(crate) fn posted(author: i64) -> Event {
    let (text, tags) = (Text::parse("text").expect("a text"), Tags::parse([""; 0]).expect("no tags"));
    let (author, in_reply_to, original_time) = (account(author), None, None);
    MessageEvent::Posted(MessagePosted { author, text, tags, in_reply_to, original_time }).into()
}

pub(crate) fn deleted(author: i64, id: i64) -> Event {
    let (message, author) = (message(id), account(author));
    MessageEvent::Deleted(MessageDeleted { message, author, deleted_by: author, original_time: None }).into()
}

pub(crate) fn reposted(by: i64, id: i64) -> Event {
    ReactionEvent::Reposted(Reposted { account: account(by), message: message(id), original_time: None })
        .into()
}

pub(crate) fn unreposted(by: i64, id: i64) -> Event {
    ReactionEvent::Unreposted(Unreposted { account: account(by), message: message(id), original_time: None })
        .into()
}

pub(crate) fn followed(follower: i64, followee: i64) -> Event {
    GraphEvent::Followed(Followed {
        follower: account(follower),
        followee: account(followee),
        original_time: None,
    })
    .into()
}

pub(crate) fn unfollowed(follower: i64, followee: i64) -> Event {
    GraphEvent::Unfollowed(Unfollowed {
        follower: account(follower),
        followee: account(followee),
        original_time: None,
    })
    .into()
}

pub(crate) fn deactivated(number: i64) -> Event {
    AccountEvent::Deactivated(AccountDeactivated { account: account(number), original_time: None }).into()
}

/// The position of the event with an index in a history.
pub(crate) fn position_of(index: usize) -> Position {
    Position::new(Sequence::new(index as u64 + 1).expect("small"), Shard(0))
}

/// Events as a log would hold them, from its first on.
pub(crate) fn recorded(events: &[Event]) -> Vec<RecordedEvent> {
    let record = |(index, event): (usize, &Event)| {
        let (event_type, data) = encode(event).expect("an event encodes");
        record(position_of(index), event_type, data)
    };
    events.iter().enumerate().map(record).collect()
}

pub(crate) fn record(position: Position, event_type: String, data: Bytes) -> RecordedEvent {
    let now = OffsetDateTime::UNIX_EPOCH;
    let envelope = Envelope {
        event: EventId(Uuid::nil()),
        event_type,
        time: now,
        command: CommandId(Uuid::nil()),
        fingerprint: None,
        actor: account(1),
        correlation: String::new(),
        causation: String::new(),
        trace_parent: None,
        edit_index: None,
    };
    RecordedEvent {
        position,
        subject: "test".to_owned(),
        recorded_at: now,
        envelope: Some(envelope),
        unreadable: None,
        data,
    }
}

pub(crate) struct History {
    random: StdRng,
    events: Vec<Event>,
    /// Author and id, deleted ones too.
    messages: Vec<(i64, i64)>,
}

impl History {
    /// The same seed gives the same events.
    pub(crate) fn of(seed: u64, count: usize) -> Vec<Event> {
        let mut history =
            Self { random: StdRng::seed_from_u64(seed), events: Vec::new(), messages: Vec::new() };
        while history.events.len() < count {
            let event = history.next();
            history.events.push(event);
        }
        history.events
    }

    fn next(&mut self) -> Event {
        let (one, other) = (self.account(), self.account());
        match self.random.random_range(0..100) {
            0..30 => {
                self.messages.push((one, position_of(self.events.len()).get()));
                posted(one)
            }
            // Few authors, so that they cross the limit.
            30..55 => followed(one, self.random.random_range(1..=3)),
            55..66 => unfollowed(one, self.random.random_range(1..=3)),
            66..69 => followed(one, other),
            69..72 => unfollowed(one, other),
            72..84 => reposted(one, self.message().1),
            84..91 => unreposted(one, self.message().1),
            91..97 => {
                let (author, id) = self.message();
                deleted(author, id)
            }
            97 => deactivated(self.random.random_range(1..=ACCOUNTS)),
            _ => {
                let liked =
                    Liked { account: account(one), message: message(self.message().1), original_time: None };
                ReactionEvent::Liked(liked).into()
            }
        }
    }

    fn account(&mut self) -> i64 {
        self.random.random_range(1..=ACCOUNTS)
    }

    /// Mostly a recent one, now and then one that was never posted.
    fn message(&mut self) -> (i64, i64) {
        if self.messages.is_empty() || self.random.random_bool(0.03) {
            return (1, (self.random.random_range(0..200) << 8) + 256);
        }
        let recent = self.messages.len().min(8);
        self.messages[self.messages.len() - 1 - self.random.random_range(0..recent)]
    }
}
