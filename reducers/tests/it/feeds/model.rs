//! A slow, separate model of home timelines: no SQL, no batches, no fan-out, no limit.

use std::collections::{BTreeMap, BTreeSet};

use domain::{AccountEvent, Event, GraphEvent, MessageEvent, ReactionEvent};
use event_store::{Decoded, RecordedEvent, decode};

/// By owner: position, author and message of every entry, oldest first.
pub(crate) type ReadableFeeds = BTreeMap<i64, Vec<(i64, i64, i64)>>;

#[derive(Debug, Clone, Copy)]
struct Entry {
    position: i64,
    author: i64,
    message: i64,
}

impl Entry {
    fn is_post(&self) -> bool {
        self.position == self.message
    }
}

#[derive(Debug, Default)]
pub(crate) struct Model {
    entries: Vec<Entry>,
    /// Since which position, by follower and followee.
    follows: BTreeMap<(i64, i64), i64>,
    former: BTreeSet<i64>,
}

impl Model {
    pub(crate) fn of(events: &[RecordedEvent]) -> Self {
        let mut model = Self::default();
        for recorded in events {
            if let Ok(Decoded::Known(event)) = decode(recorded) {
                model.apply(recorded.position.get(), event);
            }
        }
        model
    }

    fn apply(&mut self, position: i64, event: Event) {
        match event {
            Event::Message(MessageEvent::Posted(event)) => {
                let author = event.author.get();
                if !self.former.contains(&author) {
                    self.entries.push(Entry { position, author, message: position });
                }
            }
            Event::Message(MessageEvent::Deleted(event)) => {
                self.entries.retain(|entry| entry.message != event.message.get());
            }
            Event::Reaction(ReactionEvent::Reposted(event)) => {
                let (author, message) = (event.account.get(), event.message.get());
                let of_it = |entry: &&Entry| entry.message == message;
                let exists = self.entries.iter().filter(of_it).any(Entry::is_post);
                let stands = self.entries.iter().filter(of_it).any(|e| e.author == author && !e.is_post());
                if exists && !stands && !self.former.contains(&author) {
                    self.entries.push(Entry { position, author, message });
                }
            }
            Event::Reaction(ReactionEvent::Unreposted(event)) => {
                let (author, message) = (event.account.get(), event.message.get());
                self.entries.retain(|e| e.is_post() || (e.author, e.message) != (author, message));
            }
            Event::Graph(GraphEvent::Followed(event)) => {
                let (follower, followee) = (event.follower.get(), event.followee.get());
                if follower != followee && ![follower, followee].iter().any(|it| self.former.contains(it)) {
                    let visible_from = self.two_hundredth_newest(followee);
                    self.follows.entry((follower, followee)).or_insert(visible_from);
                }
            }
            Event::Graph(GraphEvent::Unfollowed(event)) => {
                self.follows.remove(&(event.follower.get(), event.followee.get()));
            }
            Event::Account(AccountEvent::Deactivated(event)) => self.deactivate(event.account.get()),
            _ => {}
        }
    }

    fn two_hundredth_newest(&self, author: i64) -> i64 {
        self.entries.iter().rev().filter(|entry| entry.author == author).nth(199).map_or(0, |e| e.position)
    }

    fn deactivate(&mut self, account: i64) {
        self.former.insert(account);
        let own = |entry: &&Entry| entry.author == account && entry.is_post();
        let messages: BTreeSet<i64> = self.entries.iter().filter(own).map(|entry| entry.message).collect();
        self.entries.retain(|entry| entry.author != account && !messages.contains(&entry.message));
        self.follows.retain(|(follower, followee), _| *follower != account && *followee != account);
    }

    /// Of everybody who would see anything.
    pub(crate) fn feeds(&self) -> ReadableFeeds {
        let mut feeds = ReadableFeeds::new();
        for ((follower, followee), visible_from) in &self.follows {
            for entry in &self.entries {
                if entry.author == *followee && entry.position >= *visible_from {
                    let row = (entry.position, entry.author, entry.message);
                    feeds.entry(*follower).or_default().push(row);
                }
            }
        }
        feeds.values_mut().for_each(|feed| feed.sort_unstable());
        feeds
    }
}
