//! What is there after each event.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    AccountDeactivated, AccountEvent, Event, GraphEvent, InboxEvent, MessageEvent, MessageId, MessagePosted,
    ReactionEvent,
};
use event_store::{Decoded, RecordedEvent, decode};
use time::OffsetDateTime;

pub(super) struct Edition {
    pub(super) number: u32,
    pub(super) text: String,
    pub(super) tags: Vec<String>,
    pub(super) at: OffsetDateTime,
}

pub(super) struct Message {
    pub(super) author: i64,
    pub(super) created_at: OffsetDateTime,
    pub(super) in_reply_to: Option<i64>,
    pub(super) editions: Vec<Edition>,
}

pub(super) struct Account {
    pub(super) handle: String,
    pub(super) display_name: String,
    pub(super) bio: String,
    pub(super) registered_at: OffsetDateTime,
}

/// Who did it, and when.
#[derive(Clone, Copy)]
pub(super) struct Tombstone {
    pub(super) author: i64,
    pub(super) deleted_by: i64,
    pub(super) at: OffsetDateTime,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Followed,
    Liked,
    Reposted,
    Replied,
}

pub(super) struct Notice {
    pub(super) kind: Kind,
    pub(super) actor: i64,
    pub(super) message: Option<i64>,
    pub(super) at: OffsetDateTime,
}

#[derive(Default)]
pub(super) struct State {
    pub(super) accounts: BTreeMap<i64, Account>,
    /// Handle and moment.
    pub(super) former: BTreeMap<i64, (String, OffsetDateTime)>,
    pub(super) messages: BTreeMap<i64, Message>,
    pub(super) tombstones: BTreeMap<i64, Tombstone>,
    /// By kind, from and to: position and moment.
    pub(super) edges: BTreeMap<(Kind, i64, i64), (i64, OffsetDateTime)>,
    /// By recipient and position.
    pub(super) notices: BTreeMap<(i64, i64), Notice>,
    pub(super) reads: BTreeMap<i64, i64>,
}

impl State {
    pub(super) fn apply(&mut self, recorded: &RecordedEvent) {
        let Ok(Decoded::Known(event)) = decode(recorded) else { return };
        let (position, at) = (recorded.position.get(), recorded.recorded_at);
        match event {
            Event::Account(event) => self.account(event, at),
            Event::Handle(_) => {}
            Event::Message(event) => self.message(event, position, at),
            Event::Graph(GraphEvent::Followed(event)) => {
                let (from, to) = (event.follower.get(), event.followee.get());
                if !self.former.contains_key(&to) {
                    self.make(Kind::Followed, from, to, position, at);
                }
            }
            Event::Graph(GraphEvent::Unfollowed(event)) => {
                self.undo(Kind::Followed, event.follower.get(), event.followee.get());
            }
            Event::Reaction(event) => self.reaction(&event, position, at),
            Event::Inbox(InboxEvent::NotificationsRead(event)) => {
                if !self.former.contains_key(&event.account.get()) {
                    let until = self.reads.entry(event.account.get()).or_default();
                    *until = (*until).max(event.until.get());
                }
            }
        }
    }

    fn account(&mut self, event: AccountEvent, at: OffsetDateTime) {
        match event {
            AccountEvent::Registered(event) if !self.former.contains_key(&event.account.get()) => {
                self.accounts.entry(event.account.get()).or_insert_with(|| Account {
                    handle: event.handle.as_str().to_owned(),
                    display_name: event.display_name.as_str().to_owned(),
                    bio: String::new(),
                    registered_at: at,
                });
            }
            AccountEvent::Registered(_) => {}
            AccountEvent::ProfileChanged(event) => {
                if let Some(account) = self.accounts.get_mut(&event.account.get()) {
                    account.handle = event.handle.as_str().to_owned();
                    account.display_name = event.display_name.as_str().to_owned();
                    account.bio = event.bio.as_str().to_owned();
                }
            }
            AccountEvent::Deactivated(event) => self.deactivated(&event, at),
        }
    }

    fn deactivated(&mut self, event: &AccountDeactivated, at: OffsetDateTime) {
        let account = event.account.get();
        if self.former.contains_key(&account) {
            return;
        }
        let own: Vec<i64> = self
            .messages
            .iter()
            .filter(|(_, message)| message.author == account)
            .map(|(id, _)| *id)
            .collect();
        for id in own {
            self.delete(id, Tombstone { author: account, deleted_by: account, at });
        }
        let edges: BTreeSet<_> = self.edges.keys().copied().collect();
        for (kind, from, to) in edges {
            if from == account || (kind == Kind::Followed && to == account) {
                self.undo(kind, from, to);
            }
        }
        self.notices.retain(|(recipient, _), _| *recipient != account);
        self.reads.remove(&account);
        let handle = self.accounts.remove(&account).map(|account| account.handle).unwrap_or_default();
        self.former.insert(account, (handle, at));
    }

    fn message(&mut self, event: MessageEvent, position: i64, at: OffsetDateTime) {
        match event {
            MessageEvent::Posted(event) if !self.former.contains_key(&event.author.get()) => {
                self.posted(event, position, at);
            }
            MessageEvent::Posted(_) => {}
            MessageEvent::Edited(event) => {
                let number = event.edition;
                let Some(message) = self.messages.get_mut(&event.message.get()) else { return };
                if message.editions.last().is_some_and(|last| last.number < number) {
                    let (text, tags) = (event.text.into_string(), event.tags.into_strings());
                    message.editions.push(Edition { number, text, tags, at });
                }
            }
            MessageEvent::Deleted(event) => {
                let author = event.author.get();
                // A message that is not there yet cannot be deleted.
                if event.message.get() < position && !self.former.contains_key(&author) {
                    let deleted_by = event.deleted_by.get();
                    self.delete(event.message.get(), Tombstone { author, deleted_by, at });
                }
            }
        }
    }

    fn posted(&mut self, event: MessagePosted, position: i64, at: OffsetDateTime) {
        let author = event.author.get();
        let created_at = event.original_time.unwrap_or(at);
        let (text, tags) = (event.text.into_string(), event.tags.into_strings());
        let in_reply_to = event.in_reply_to.map(MessageId::get).filter(|parent| *parent < position);
        if let Some(parent) = in_reply_to.and_then(|parent| self.messages.get(&parent))
            && parent.author != author
        {
            let notice = Notice { kind: Kind::Replied, actor: author, message: Some(position), at };
            self.notices.insert((parent.author, position), notice);
        }
        let editions = vec![Edition { number: 1, text, tags, at: created_at }];
        self.messages.insert(position, Message { author, created_at, in_reply_to, editions });
    }

    fn delete(&mut self, id: i64, tombstone: Tombstone) {
        self.tombstones.entry(id).or_insert(tombstone);
        self.messages.remove(&id);
        self.edges.retain(|(kind, _, to), _| *kind == Kind::Followed || *to != id);
        self.notices.retain(|_, notice| notice.message != Some(id));
    }

    fn reaction(&mut self, event: &ReactionEvent, position: i64, at: OffsetDateTime) {
        let (kind, account, message, is_made) = match event {
            ReactionEvent::Liked(event) => (Kind::Liked, event.account, event.message, true),
            ReactionEvent::Unliked(event) => (Kind::Liked, event.account, event.message, false),
            ReactionEvent::Reposted(event) => (Kind::Reposted, event.account, event.message, true),
            ReactionEvent::Unreposted(event) => (Kind::Reposted, event.account, event.message, false),
        };
        let (account, message) = (account.get(), message.get());
        if !is_made {
            self.undo(kind, account, message);
        } else if self.messages.contains_key(&message) {
            self.make(kind, account, message, position, at);
        }
    }

    fn make(&mut self, kind: Kind, from: i64, to: i64, position: i64, at: OffsetDateTime) {
        if self.former.contains_key(&from) || self.edges.contains_key(&(kind, from, to)) {
            return;
        }
        self.edges.insert((kind, from, to), (position, at));
        let (recipient, message) = match kind {
            Kind::Followed => (to, None),
            _ => (self.messages[&to].author, Some(to)),
        };
        if kind == Kind::Followed || recipient != from {
            self.notices.insert((recipient, position), Notice { kind, actor: from, message, at });
        }
    }

    fn undo(&mut self, kind: Kind, from: i64, to: i64) {
        if let Some((made, _)) = self.edges.remove(&(kind, from, to)) {
            self.notices.retain(|(_, position), _| *position != made);
        }
    }
}
