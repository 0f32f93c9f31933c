//! Who follows whom and what each account shows its followers, after each event: no fan-out, no limit.

use std::collections::{BTreeMap, BTreeSet};

use domain::{AccountEvent, Event, GraphEvent, MessageEvent, ReactionEvent};

use crate::scope::Touched;

/// By owner: position, author and message of every entry of others, oldest first.
pub type ReadableFeeds = BTreeMap<i64, Vec<(i64, i64, i64)>>;

/// A new follower sees so many entries of before.
const SEEN_OF_BEFORE: usize = 200;

#[derive(Debug, Clone, Copy)]
pub(super) struct Follow {
    pub(super) position: i64,
    pub(super) visible_from: i64,
}

#[derive(Debug, Default)]
pub struct State {
    /// By author and position: the message. A post's position is its message, a repost's is not.
    pub(super) entries: BTreeMap<(i64, i64), i64>,
    /// Message, author and position.
    by_message: BTreeSet<(i64, i64, i64)>,
    /// By follower and followee.
    pub(super) follows: BTreeMap<(i64, i64), Follow>,
    /// Followee and follower.
    pub(super) by_followee: BTreeSet<(i64, i64)>,
    pub(super) former: BTreeSet<i64>,
    /// Blocker and blocked.
    pub(super) blocks: BTreeSet<(i64, i64)>,
}

impl State {
    /// Takes the next event of the log.
    pub fn apply(&mut self, position: i64, event: &Event) {
        match event {
            Event::Message(MessageEvent::Posted(event)) => self.show(event.author.get(), position, position),
            Event::Message(MessageEvent::Deleted(event)) => self.delete(event.message.get()),
            Event::Reaction(ReactionEvent::Reposted(event)) => {
                let (author, message) = (event.account.get(), event.message.get());
                let of_it = self.entries_of_message(message);
                let post = of_it.iter().find(|(_, at)| *at == message);
                let is_free = post.is_some_and(|(by, _)| !self.are_apart(*by, author));
                if is_free && !of_it.iter().any(|(by, at)| *by == author && *at != message) {
                    self.show(author, position, message);
                }
            }
            Event::Reaction(ReactionEvent::Unreposted(event)) => {
                let (author, message) = (event.account.get(), event.message.get());
                for (by, at) in self.entries_of_message(message) {
                    if by == author && at != message {
                        self.hide(by, at, message);
                    }
                }
            }
            Event::Graph(GraphEvent::Followed(event)) => {
                self.follow(event.follower.get(), event.followee.get(), position);
            }
            Event::Graph(GraphEvent::Unfollowed(event)) => {
                self.unfollow(event.follower.get(), event.followee.get());
            }
            Event::Graph(GraphEvent::Blocked(event)) => {
                self.block(event.blocker.get(), event.blocked.get());
            }
            Event::Graph(GraphEvent::Unblocked(event)) => {
                self.blocks.remove(&(event.blocker.get(), event.blocked.get()));
            }
            Event::Account(AccountEvent::Deactivated(event)) => self.deactivate(event.account.get()),
            _ => {}
        }
    }

    /// The messages that an account shows as its own.
    pub(crate) fn messages_of(&self, account: i64) -> Vec<i64> {
        let own = self.entries.range((account, i64::MIN)..=(account, i64::MAX));
        own.filter(|((_, position), message)| position == *message).map(|(_, message)| *message).collect()
    }

    /// The accounts and messages, besides those that it names, whose rows an event would change if it were applied now.
    pub(crate) fn touch(&self, event: &Event, touched: &mut Touched) {
        if let Event::Account(AccountEvent::Deactivated(event)) = event {
            let account = event.account.get();
            touched.messages.extend(self.messages_of(account));
            touched.accounts.extend(self.followees(account));
        }
    }

    /// Author and position of everything that shows a message.
    fn entries_of_message(&self, message: i64) -> Vec<(i64, i64)> {
        let range = (message, i64::MIN, i64::MIN)..=(message, i64::MAX, i64::MAX);
        self.by_message.range(range).map(|(_, author, position)| (*author, *position)).collect()
    }

    fn show(&mut self, author: i64, position: i64, message: i64) {
        if !self.former.contains(&author) {
            self.entries.insert((author, position), message);
            self.by_message.insert((message, author, position));
        }
    }

    fn hide(&mut self, author: i64, position: i64, message: i64) {
        self.entries.remove(&(author, position));
        self.by_message.remove(&(message, author, position));
    }

    fn delete(&mut self, message: i64) {
        for (author, position) in self.entries_of_message(message) {
            self.hide(author, position, message);
        }
    }

    fn follow(&mut self, follower: i64, followee: i64, position: i64) {
        let is_possible = follower != followee
            && ![follower, followee].iter().any(|it| self.former.contains(it))
            && !self.are_apart(follower, followee);
        if is_possible && !self.follows.contains_key(&(follower, followee)) {
            let newest = self.entries.range((followee, i64::MIN)..=(followee, i64::MAX)).rev();
            let visible_from =
                newest.map(|((_, position), _)| *position).nth(SEEN_OF_BEFORE - 1).unwrap_or(0);
            self.follows.insert((follower, followee), Follow { position, visible_from });
            self.by_followee.insert((followee, follower));
        }
    }

    fn unfollow(&mut self, follower: i64, followee: i64) {
        self.follows.remove(&(follower, followee));
        self.by_followee.remove(&(followee, follower));
    }

    fn block(&mut self, blocker: i64, blocked: i64) {
        self.unfollow(blocker, blocked);
        self.unfollow(blocked, blocker);
        if ![blocker, blocked].iter().any(|it| self.former.contains(it)) {
            self.blocks.insert((blocker, blocked));
        }
    }

    /// One of the two blocks the other.
    fn are_apart(&self, one: i64, other: i64) -> bool {
        self.blocks.contains(&(one, other)) || self.blocks.contains(&(other, one))
    }

    fn followees(&self, account: i64) -> Vec<i64> {
        let range = (account, i64::MIN)..=(account, i64::MAX);
        self.follows.range(range).map(|((_, followee), _)| *followee).collect()
    }

    pub(super) fn followers(&self, account: i64) -> Vec<i64> {
        let range = (account, i64::MIN)..=(account, i64::MAX);
        self.by_followee.range(range).map(|(_, follower)| *follower).collect()
    }

    fn deactivate(&mut self, account: i64) {
        self.former.insert(account);
        self.blocks.retain(|(blocker, blocked)| ![blocker, blocked].contains(&&account));
        for message in self.messages_of(account) {
            self.delete(message);
        }
        let reposts = self.entries.range((account, i64::MIN)..=(account, i64::MAX));
        let reposts: Vec<(i64, i64)> =
            reposts.map(|((_, position), message)| (*position, *message)).collect();
        reposts.into_iter().for_each(|(position, message)| self.hide(account, position, message));
        self.followees(account).into_iter().for_each(|followee| self.unfollow(account, followee));
        self.followers(account).into_iter().for_each(|follower| self.unfollow(follower, account));
    }

    /// What everybody who would see anything sees of others.
    pub fn feeds(&self) -> ReadableFeeds {
        let mut feeds = ReadableFeeds::new();
        for ((follower, followee), follow) in &self.follows {
            for ((author, position), message) in
                self.entries.range((*followee, follow.visible_from)..=(*followee, i64::MAX))
            {
                feeds.entry(*follower).or_default().push((*position, *author, *message));
            }
        }
        feeds.values_mut().for_each(|feed| feed.sort_unstable());
        feeds
    }
}
