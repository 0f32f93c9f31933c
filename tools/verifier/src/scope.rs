//! Which rows are compared.

use std::collections::BTreeSet;

use domain::{AccountEvent, AccountId, Event, HandleEvent, InboxEvent, MessageEvent, Position};
use domain::{MessageId, Reaction, ReportEvent};
use serde_json::Value;

/// The whole log is folded for each of them: the rows of an event depend on the events before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Every row.
    All,
    /// Rows of the accounts and messages that events between two positions, both included, are about.
    Range { from: Position, to: Position },
    /// Rows of an account: what it made and did, and what others did to it and to its messages.
    Account(AccountId),
}

/// The author of counts that are of all authors.
const ANYBODY: i64 = 0;

/// Accounts and messages whose rows are compared.
#[derive(Debug, Default)]
pub(crate) struct Touched {
    /// Whether rows that are nobody's are compared, all of them: counts of a tag, times of events.
    pub(crate) has_nobodys: bool,
    pub(crate) accounts: BTreeSet<i64>,
    pub(crate) messages: BTreeSet<i64>,
}

impl Touched {
    /// Whom and what an event names.
    pub(crate) fn add(&mut self, position: Position, event: &Event) {
        let (accounts, message): (Vec<AccountId>, Option<MessageId>) = match event {
            Event::Account(AccountEvent::Registered(event)) => (vec![event.account], None),
            Event::Account(AccountEvent::ProfileChanged(event)) => (vec![event.account], None),
            Event::Account(AccountEvent::Deactivated(event)) => (vec![event.account], None),
            Event::Handle(HandleEvent::Claimed(event)) => (vec![event.account], None),
            Event::Handle(HandleEvent::Released(event)) => (vec![event.account], None),
            Event::Message(MessageEvent::Posted(event)) => {
                self.messages.insert(position.get());
                (vec![event.author], event.in_reply_to)
            }
            Event::Message(MessageEvent::Edited(event)) => (vec![event.author], Some(event.message)),
            Event::Message(MessageEvent::Deleted(event)) => {
                (vec![event.author, event.deleted_by], Some(event.message))
            }
            Event::Graph(event) => (<[AccountId; 2]>::from(event.accounts()).to_vec(), None),
            Event::Reaction(event) => {
                let Reaction { account, message, .. } = event.reaction();
                (vec![account], Some(message))
            }
            Event::Inbox(InboxEvent::NotificationsRead(event)) => (vec![event.account], None),
            Event::Moderation(event) => (vec![event.account()], None),
            Event::Report(ReportEvent::Filed(event)) => (vec![event.reporter, event.account], event.message),
            Event::Report(ReportEvent::Resolved(event)) => (vec![event.by], None),
            Event::Projection(_) => (Vec::new(), None),
        };
        self.accounts.extend(accounts.into_iter().map(AccountId::get));
        self.messages.extend(message.map(MessageId::get));
    }

    /// Whether a row is about one of them.
    pub(crate) fn holds(&self, projection: &str, table: &str, row: &Value) -> bool {
        let names = |columns: &[&str], set: &BTreeSet<i64>| {
            columns.iter().any(|column| row[column].as_i64().is_some_and(|id| set.contains(&id)))
        };
        // Rows that are nobody's.
        if table == "event_time" || (table, row["author"].as_i64()) == ("message_count", Some(ANYBODY)) {
            return self.has_nobodys;
        }
        let Some((.., accounts, messages)) =
            COLUMNS.iter().find(|(of, name, ..)| (*of, *name) == (projection, table))
        else {
            // A table that nobody told the oracle of is compared as a whole.
            return true;
        };
        names(accounts, &self.accounts) || names(messages, &self.messages)
    }
}

/// Projection, table, the columns that name accounts, and those that name messages.
type Columns = (&'static str, &'static str, &'static [&'static str], &'static [&'static str]);

const COLUMNS: [Columns; 34] = [
    ("social", "account", &["id"], &[]),
    ("social", "former_account", &["id"], &[]),
    ("social", "account_stat", &["account"], &[]),
    ("social", "read_marker", &["account"], &[]),
    ("social", "message", &["author"], &["id"]),
    ("social", "message_tag", &["author"], &["id"]),
    ("social", "message_edition", &[], &["message"]),
    ("social", "message_stat", &[], &["message"]),
    ("social", "message_count", &["author"], &[]),
    ("social", "tombstone", &["author", "deleted_by"], &["id"]),
    ("social", "follow", &["follower", "followee"], &[]),
    ("social", "blocked", &["blocker", "blocked"], &[]),
    ("social", "muted", &["muter", "muted"], &[]),
    ("social", "liked", &["account"], &["message"]),
    ("social", "reposted", &["account"], &["message"]),
    ("social", "bookmarked", &["account"], &["message"]),
    ("social", "notification", &["recipient", "actor"], &["message"]),
    ("social", "moderation_action", &["account", "decided_by"], &[]),
    ("social", "report", &["reporter", "account", "resolved_by"], &["message"]),
    ("feeds", "follow", &["follower", "followee"], &[]),
    ("feeds", "blocked", &["blocker", "blocked"], &[]),
    ("feeds", "entry", &["author"], &["message"]),
    ("feeds", "author", &["account"], &[]),
    ("feeds", "feed", &["owner", "author"], &["message"]),
    ("feeds", "merged", &["owner", "author"], &[]),
    ("feeds", "former", &["account"], &[]),
    ("history", "message", &["author", "deleted_by"], &["id"]),
    ("history", "edition", &[], &["message"]),
    ("history", "tagged", &["author"], &["message"]),
    ("history", "follow", &["follower", "followee"], &[]),
    ("history", "liked", &["account"], &["message"]),
    ("history", "reposted", &["account"], &["message"]),
    ("history", "blocked", &["blocker", "blocked"], &[]),
    ("history", "former", &["account"], &[]),
];
