//! What is there after each event.

use std::collections::{BTreeMap, BTreeSet};

use domain::edge::DesiredState;
use domain::{
    AccountDeactivated, AccountEvent, Event, GraphEvent, InboxEvent, MessageEvent, MessageId, MessagePosted,
    ModerationEvent, Reaction, ReactionEvent, ReactionKind, ReportEvent,
};
use time::OffsetDateTime;

use super::records::{Account, Edition, Kind, Message, Notice, Report, Tombstone};

/// All of it. What is found by other keys than its own is listed in `by_…`, so that an event costs what it touches.
#[derive(Debug, Default)]
pub struct State {
    pub(super) accounts: BTreeMap<i64, Account>,
    /// Handle and moment.
    pub(super) former: BTreeMap<i64, (String, OffsetDateTime)>,
    pub(super) messages: BTreeMap<i64, Message>,
    pub(super) by_author: BTreeSet<(i64, i64)>,
    pub(super) tombstones: BTreeMap<i64, Tombstone>,
    /// By kind, from and to: position and moment.
    pub(super) edges: BTreeMap<(Kind, i64, i64), (i64, OffsetDateTime)>,
    /// Kind, to and from.
    pub(super) by_target: BTreeSet<(Kind, i64, i64)>,
    /// By recipient and position.
    pub(super) notices: BTreeMap<(i64, i64), Notice>,
    /// Message, recipient and position.
    pub(super) by_message: BTreeSet<(i64, i64, i64)>,
    pub(super) reads: BTreeMap<i64, i64>,
    /// By position, with the moment.
    pub(super) decisions: BTreeMap<i64, (ModerationEvent, OffsetDateTime)>,
    pub(super) reports: BTreeMap<i64, Report>,
}

impl State {
    /// Takes the next event of the log.
    pub fn apply(&mut self, position: i64, at: OffsetDateTime, event: Event) {
        match event {
            Event::Account(event) => self.account(event, position, at),
            Event::Handle(_) | Event::Projection(_) => {}
            Event::Message(event) => self.message(event, position, at),
            Event::Graph(event) => self.graph(&event, position, at),
            Event::Moderation(event) => self.moderated(event, position, at),
            Event::Report(ReportEvent::Filed(filed)) => {
                self.reports.insert(position, Report { filed, at, end: None });
            }
            Event::Report(ReportEvent::Resolved(end)) => {
                if let Some(report) = self.reports.get_mut(&end.report.get()) {
                    report.end.get_or_insert((end, at));
                }
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

    fn moderated(&mut self, event: ModerationEvent, position: i64, at: OffsetDateTime) {
        let account = event.account().get();
        let (restriction, is_told) = match &event {
            ModerationEvent::Moderated(event) => (event.restriction, true),
            ModerationEvent::RolesChanged(event) => (event.restriction, false),
        };
        if let Some(known) = self.accounts.get_mut(&account) {
            known.restriction = restriction.map(|restriction| restriction.level.word());
            if is_told {
                let notice = Notice { kind: Kind::Moderated, actor: account, message: None, at };
                self.notify(account, position, notice);
            }
        }
        self.decisions.insert(position, (event, at));
    }

    fn graph(&mut self, event: &GraphEvent, position: i64, at: OffsetDateTime) {
        let (from, to) = event.accounts();
        let (from, to) = (from.get(), to.get());
        let is_gone = self.former.contains_key(&to);
        match event {
            GraphEvent::Followed(event) if !is_gone && !self.are_apart(from, to) => {
                self.make((Kind::Followed, from, to), position, at, event.original_time);
            }
            GraphEvent::Unfollowed(_) => self.undo(Kind::Followed, from, to),
            GraphEvent::Blocked(_) if !is_gone => {
                self.undo(Kind::Followed, from, to);
                self.undo(Kind::Followed, to, from);
                self.make((Kind::Blocked, from, to), position, at, None);
            }
            GraphEvent::Unblocked(_) => self.undo(Kind::Blocked, from, to),
            GraphEvent::Muted(_) if !is_gone => self.make((Kind::Muted, from, to), position, at, None),
            GraphEvent::Unmuted(_) => self.undo(Kind::Muted, from, to),
            GraphEvent::Followed(_) | GraphEvent::Blocked(_) | GraphEvent::Muted(_) => {}
        }
    }

    /// One of the two blocks the other.
    fn are_apart(&self, one: i64, other: i64) -> bool {
        let blocks = |from, to| self.edges.contains_key(&(Kind::Blocked, from, to));
        blocks(one, other) || blocks(other, one)
    }

    fn account(&mut self, event: AccountEvent, position: i64, at: OffsetDateTime) {
        match event {
            AccountEvent::Registered(event) if !self.former.contains_key(&event.account.get()) => {
                self.accounts.entry(event.account.get()).or_insert_with(|| Account {
                    handle: event.handle.as_str().to_owned(),
                    display_name: event.display_name.as_str().to_owned(),
                    bio: event.bio.as_str().to_owned(),
                    registered_at: event.original_time.unwrap_or(at),
                    restriction: None,
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
            AccountEvent::Deactivated(event) => self.deactivated(&event, position, at),
        }
    }

    fn deactivated(&mut self, event: &AccountDeactivated, position: i64, at: OffsetDateTime) {
        let (account, at) = (event.account.get(), event.original_time.unwrap_or(at));
        if self.former.contains_key(&account) {
            return;
        }
        for id in self.messages_of(account) {
            let (deleted_by, is_deactivation) = (account, true);
            let tombstone = Tombstone {
                author: account,
                deleted_by,
                at,
                position,
                is_deactivation,
                place: None,
                tags: None,
            };
            self.delete(id, &tombstone);
        }
        for (kind, from, to) in self.edges_of(account) {
            self.undo(kind, from, to);
        }
        let notices = self.notices.range((account, i64::MIN)..=(account, i64::MAX));
        let notices: Vec<(i64, i64)> = notices.map(|(key, _)| *key).collect();
        notices.into_iter().for_each(|key| self.forget(key));
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
                    let at = event.original_time.unwrap_or(at);
                    let (text, tags) = (event.text.into_string(), event.tags.into_strings());
                    message.editions.push(Edition { number, text, tags, at, position });
                }
            }
            MessageEvent::Deleted(event) => {
                let author = event.author.get();
                // A message that is not there yet cannot be deleted.
                if event.message.get() < position && !self.former.contains_key(&author) {
                    let (deleted_by, at) = (event.deleted_by.get(), event.original_time.unwrap_or(at));
                    let is_deactivation = false;
                    let tombstone = Tombstone {
                        author,
                        deleted_by,
                        at,
                        position,
                        is_deactivation,
                        place: None,
                        tags: None,
                    };
                    self.delete(event.message.get(), &tombstone);
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
            && event.original_time.is_none()
            && !self.are_apart(author, parent.author)
        {
            let notice = Notice { kind: Kind::Replied, actor: author, message: Some(position), at };
            self.notify(parent.author, position, notice);
        }
        let editions = vec![Edition { number: 1, text, tags, at: created_at, position }];
        let imported_at = event.original_time.map(|_| at);
        self.messages.insert(position, Message { author, created_at, imported_at, in_reply_to, editions });
        self.by_author.insert((author, position));
    }

    fn delete(&mut self, id: i64, tombstone: &Tombstone) {
        let message = self.messages.remove(&id);
        let place = message.as_ref().map(|message| (message.created_at, message.in_reply_to));
        let tags = message.as_ref().map(|message| message.editions[0].tags.clone());
        self.tombstones.entry(id).or_insert(Tombstone { place, tags, ..*tombstone });
        if let Some(message) = message {
            self.by_author.remove(&(message.author, id));
        }
        for kind in ReactionKind::ALL.map(Kind::Reaction) {
            for (kind, from, to) in self.edges_to(kind, id) {
                self.edges.remove(&(kind, from, to));
                self.by_target.remove(&(kind, to, from));
            }
        }
        let notices = self.by_message.range((id, i64::MIN, i64::MIN)..=(id, i64::MAX, i64::MAX));
        let notices: Vec<(i64, i64)> =
            notices.map(|(_, recipient, position)| (*recipient, *position)).collect();
        notices.into_iter().for_each(|key| self.forget(key));
    }

    fn reaction(&mut self, event: &ReactionEvent, position: i64, at: OffsetDateTime) {
        let Reaction { kind, account, message, desired, original_time } = event.reaction();
        let (kind, account, message) = (Kind::Reaction(kind), account.get(), message.get());
        if desired == DesiredState::Unset {
            self.undo(kind, account, message);
        } else if self.messages.get(&message).is_some_and(|it| !self.are_apart(account, it.author)) {
            self.make((kind, account, message), position, at, original_time);
        }
    }

    fn make(
        &mut self,
        (kind, from, to): (Kind, i64, i64),
        position: i64,
        at: OffsetDateTime,
        original_time: Option<OffsetDateTime>,
    ) {
        if self.former.contains_key(&from) || self.edges.contains_key(&(kind, from, to)) {
            return;
        }
        self.edges.insert((kind, from, to), (position, original_time.unwrap_or(at)));
        self.by_target.insert((kind, to, from));
        if original_time.is_some() {
            // Nobody is notified of history.
            return;
        }
        let Some(recipient) = self.told_of(kind, to) else { return };
        let message = (kind != Kind::Followed).then_some(to);
        if kind == Kind::Followed || recipient != from {
            self.notify(recipient, position, Notice { kind, actor: from, message, at });
        }
    }

    fn undo(&mut self, kind: Kind, from: i64, to: i64) {
        if let Some((made, _)) = self.edges.remove(&(kind, from, to)) {
            self.by_target.remove(&(kind, to, from));
            if let Some(recipient) = self.told_of(kind, to) {
                self.forget((recipient, made));
            }
        }
    }

    /// Who is notified of an edge: whom it leads to, or who wrote what it leads to.
    fn told_of(&self, kind: Kind, to: i64) -> Option<i64> {
        match kind {
            Kind::Followed => Some(to),
            Kind::Blocked | Kind::Muted | Kind::Reaction(ReactionKind::Bookmark) => None,
            _ => self.messages.get(&to).map(|message| message.author),
        }
    }

    fn notify(&mut self, recipient: i64, position: i64, notice: Notice) {
        self.by_message.extend(notice.message.map(|message| (message, recipient, position)));
        self.notices.insert((recipient, position), notice);
    }

    fn forget(&mut self, (recipient, position): (i64, i64)) {
        let notice = self.notices.remove(&(recipient, position));
        if let Some(message) = notice.and_then(|notice| notice.message) {
            self.by_message.remove(&(message, recipient, position));
        }
    }
}
