//! What began and what ended, after each event. Nothing is ever forgotten.

use std::collections::{BTreeMap, BTreeSet};

use domain::edge::DesiredState;
use domain::{
    AccountEvent, Event, GraphEvent, MessageEvent, MessageId, MessagePosted, Reaction, ReactionEvent,
    ReactionKind,
};
use time::OffsetDateTime;

use crate::scope::Touched;

/// Position and moment.
pub(super) type At = (i64, OffsetDateTime);

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Followed,
    Liked,
    Reposted,
}

/// One time that an edge stood: until where, and by what it ended.
#[derive(Debug)]
pub(super) struct Interval {
    pub(super) from: At,
    pub(super) end: Option<(At, &'static str)>,
}

#[derive(Debug)]
pub(super) struct Edition {
    pub(super) number: u32,
    pub(super) at: At,
    pub(super) tags: Vec<String>,
}

#[derive(Debug)]
pub(super) struct Message {
    pub(super) author: i64,
    pub(super) in_reply_to: Option<i64>,
    pub(super) created_at: OffsetDateTime,
    /// At least the first one.
    pub(super) editions: Vec<Edition>,
    /// With who deleted it, and why.
    pub(super) end: Option<(At, i64, &'static str)>,
}

#[derive(Debug, Default)]
pub struct State {
    pub(super) messages: BTreeMap<i64, Message>,
    by_author: BTreeSet<(i64, i64)>,
    /// By kind, from and to: each time that it stood, in order.
    pub(super) edges: BTreeMap<(Kind, i64, i64), Vec<Interval>>,
    /// Kind, to and from of the edges that stand.
    by_target: BTreeSet<(Kind, i64, i64)>,
    /// Blocker and blocked.
    pub(super) blocks: BTreeMap<(i64, i64), i64>,
    pub(super) former: BTreeMap<i64, i64>,
    /// By position: recorded, and created where it is a message.
    pub(super) times: BTreeMap<i64, (OffsetDateTime, Option<OffsetDateTime>)>,
}

impl State {
    /// Takes the next event of the log.
    pub fn apply(&mut self, position: i64, recorded_at: OffsetDateTime, event: Event) {
        let at = (position, recorded_at);
        let created_at = match &event {
            Event::Message(MessageEvent::Posted(event)) => Some(event.original_time.unwrap_or(recorded_at)),
            _ => None,
        };
        // A decision about events is obeyed, not folded.
        if !matches!(event, Event::Projection(_)) {
            self.times.insert(position, (recorded_at, created_at));
        }
        match event {
            Event::Message(event) => self.message(event, at),
            Event::Reaction(event) => self.reaction(&event, at),
            Event::Graph(event) => self.graph(&event, at),
            Event::Account(AccountEvent::Deactivated(event)) => {
                self.deactivated(event.account.get(), (position, event.original_time.unwrap_or(recorded_at)));
            }
            _ => {}
        }
    }

    /// The messages that an account ever posted.
    pub(crate) fn messages_of(&self, account: i64) -> Vec<i64> {
        self.by_author.range((account, i64::MIN)..=(account, i64::MAX)).map(|(_, id)| *id).collect()
    }

    /// The accounts and messages, besides those that it names, whose rows an event would change if it were applied now.
    pub(crate) fn touch(&self, event: &Event, touched: &mut Touched) {
        if let Event::Account(AccountEvent::Deactivated(event)) = event {
            let account = event.account.get();
            touched.messages.extend(self.messages_of(account));
        }
    }

    fn message(&mut self, event: MessageEvent, at: At) {
        match event {
            MessageEvent::Posted(event) if !self.former.contains_key(&event.author.get()) => {
                self.posted(event, at);
            }
            MessageEvent::Posted(_) => {}
            MessageEvent::Edited(event) => {
                let Some(message) = self.messages.get_mut(&event.message.get()) else { return };
                let last = message.editions.last().map_or(0, |last| last.number);
                if message.end.is_none() && last < event.edition {
                    let tags = event.tags.into_strings();
                    let at = (at.0, event.original_time.unwrap_or(at.1));
                    message.editions.push(Edition { number: event.edition, at, tags });
                }
            }
            MessageEvent::Deleted(event) => {
                let (author, by) = (event.author, event.deleted_by);
                let at = (at.0, event.original_time.unwrap_or(at.1));
                self.end(event.message.get(), at, by.get(), if by == author { "author" } else { "admin" });
            }
        }
    }

    fn posted(&mut self, event: MessagePosted, at: At) {
        let (position, recorded_at) = at;
        let author = event.author.get();
        let message = Message {
            author,
            in_reply_to: event.in_reply_to.map(MessageId::get).filter(|parent| *parent < position),
            created_at: event.original_time.unwrap_or(recorded_at),
            editions: vec![Edition { number: 1, at, tags: event.tags.into_strings() }],
            end: None,
        };
        self.messages.insert(position, message);
        self.by_author.insert((author, position));
    }

    fn end(&mut self, id: i64, at: At, by: i64, cause: &'static str) {
        match self.messages.get_mut(&id) {
            Some(message) if message.end.is_none() => message.end = Some((at, by, cause)),
            _ => return,
        }
        for kind in [Kind::Liked, Kind::Reposted] {
            for (kind, from, to) in self.standing_to(kind, id) {
                self.undo(kind, from, to, at, "deleted");
            }
        }
    }

    fn reaction(&mut self, event: &ReactionEvent, at: At) {
        let Reaction { kind, account, message, desired, original_time } = event.reaction();
        let kind = match kind {
            ReactionKind::Like => Kind::Liked,
            ReactionKind::Repost => Kind::Reposted,
            ReactionKind::Bookmark => return,
        };
        let (account, message) = (account.get(), message.get());
        if desired == DesiredState::Unset {
            let at = (at.0, original_time.unwrap_or(at.1));
            self.undo(kind, account, message, at, "undone");
        } else if self
            .messages
            .get(&message)
            .is_some_and(|it| it.end.is_none() && !self.are_apart(account, it.author))
        {
            self.make((kind, account, message), at, original_time);
        }
    }

    fn graph(&mut self, event: &GraphEvent, at: At) {
        let (from, to) = event.accounts();
        let (from, to) = (from.get(), to.get());
        match event {
            GraphEvent::Followed(event) if !self.former.contains_key(&to) && !self.are_apart(from, to) => {
                self.make((Kind::Followed, from, to), at, event.original_time);
            }
            GraphEvent::Unfollowed(event) => {
                let at = (at.0, event.original_time.unwrap_or(at.1));
                self.undo(Kind::Followed, from, to, at, "undone");
            }
            GraphEvent::Blocked(_) => {
                self.undo(Kind::Followed, from, to, at, "undone");
                self.undo(Kind::Followed, to, from, at, "undone");
                if ![from, to].iter().any(|it| self.former.contains_key(it)) {
                    self.blocks.entry((from, to)).or_insert(at.0);
                }
            }
            GraphEvent::Unblocked(_) => {
                self.blocks.remove(&(from, to));
            }
            GraphEvent::Followed(_) | GraphEvent::Muted(_) | GraphEvent::Unmuted(_) => {}
        }
    }

    /// One of the two blocks the other.
    fn are_apart(&self, one: i64, other: i64) -> bool {
        self.blocks.contains_key(&(one, other)) || self.blocks.contains_key(&(other, one))
    }

    fn make(&mut self, edge: (Kind, i64, i64), at: At, original_time: Option<OffsetDateTime>) {
        let (kind, from, to) = edge;
        let intervals = self.edges.entry(edge).or_default();
        let stands = intervals.last().is_some_and(|last| last.end.is_none());
        if !stands && !self.former.contains_key(&from) {
            intervals.push(Interval { from: (at.0, original_time.unwrap_or(at.1)), end: None });
            self.by_target.insert((kind, to, from));
        }
    }

    fn undo(&mut self, kind: Kind, from: i64, to: i64, at: At, by: &'static str) {
        let last = self.edges.get_mut(&(kind, from, to)).and_then(|intervals| intervals.last_mut());
        if let Some(last) = last
            && last.end.is_none()
        {
            last.end = Some((at, by));
            self.by_target.remove(&(kind, to, from));
        }
    }

    fn standing_to(&self, kind: Kind, to: i64) -> Vec<(Kind, i64, i64)> {
        let range = (kind, to, i64::MIN)..=(kind, to, i64::MAX);
        self.by_target.range(range).map(|(kind, to, from)| (*kind, *from, *to)).collect()
    }

    fn deactivated(&mut self, account: i64, at: At) {
        for id in self.messages_of(account) {
            self.end(id, at, account, "deactivation");
        }
        for kind in [Kind::Followed, Kind::Liked, Kind::Reposted] {
            let own = self.edges.range((kind, account, i64::MIN)..=(kind, account, i64::MAX));
            let own: Vec<_> = own.map(|(edge, _)| *edge).collect();
            for (kind, from, to) in own {
                self.undo(kind, from, to, at, "deactivated");
            }
        }
        for (kind, from, to) in self.standing_to(Kind::Followed, account) {
            self.undo(kind, from, to, at, "deactivated");
        }
        self.blocks.retain(|(blocker, blocked), _| ![blocker, blocked].contains(&&account));
        self.former.entry(account).or_insert(at.0);
    }
}
