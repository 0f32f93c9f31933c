//! What the people do, one after another, each knowing what the others did before.

mod edges;
mod messages;

use std::collections::BTreeSet;

use api_types::import::{ImportAccount, ImportDeactivate, ImportLine, ImportedLine, ImportedMessage};
use time::OffsetDateTime;

use super::dice::Dice;
use super::people::People;
use super::plan::{Intention, Plan};

/// Whom somebody follows at once.
const FIRST_FOLLOWS: usize = 3;

/// What somebody does, and how often.
#[derive(Clone, Copy)]
enum Deed {
    Post,
    Answer,
    Like,
    Repost,
    Follow,
    Edit,
    Delete,
    Unfollow,
    Unlike,
    Unrepost,
}
const DEEDS: [(Deed, usize); 10] = [
    (Deed::Post, 28),
    (Deed::Answer, 8),
    (Deed::Like, 33),
    (Deed::Repost, 7),
    (Deed::Follow, 12),
    (Deed::Edit, 4),
    (Deed::Delete, 2),
    (Deed::Unfollow, 3),
    (Deed::Unlike, 2),
    (Deed::Unrepost, 1),
];

struct Said {
    key: String,
    author: usize,
    text: String,
    tags: Vec<String>,
    likes: usize,
    is_gone: bool,
}

pub(super) struct Story<'a> {
    people: &'a People,
    texts: &'a [(String, Vec<String>)],
    dice: Dice,
    plans: BTreeSet<Plan>,
    lines: Vec<ImportLine>,
    /// Who is there, in the order in which they joined.
    here: Vec<usize>,
    said: Vec<Said>,
    /// Who follows whom.
    follows: BTreeSet<(usize, usize)>,
    /// Who and which message.
    likes: BTreeSet<(usize, usize)>,
    reposts: BTreeSet<(usize, usize)>,
    next_key: usize,
}

impl<'a> Story<'a> {
    pub(super) fn new(
        people: &'a People,
        texts: &'a [(String, Vec<String>)],
        dice: Dice,
        plans: BTreeSet<Plan>,
    ) -> Self {
        Self {
            people,
            texts,
            dice,
            plans,
            lines: Vec::new(),
            here: Vec::new(),
            said: Vec::new(),
            follows: BTreeSet::new(),
            likes: BTreeSet::new(),
            reposts: BTreeSet::new(),
            next_key: 0,
        }
    }

    pub(super) fn tell(mut self) -> Vec<ImportLine> {
        while let Some(plan) = self.plans.pop_first() {
            self.act(plan);
        }
        self.lines
    }

    fn act(&mut self, Plan { at, who, what }: Plan) {
        if what == Intention::Join {
            return self.join(who, at);
        }
        if !self.here.contains(&who) || !self.people.get(who).acts(at) {
            return;
        }
        match what {
            Intention::Join => {}
            Intention::Answer(message) => self.answer(who, message, at),
            Intention::Anything => self.do_anything(who, at),
            Intention::Leave => self.leave(who, at),
        }
    }

    fn do_anything(&mut self, who: usize, at: OffsetDateTime) {
        let weights: Vec<usize> = DEEDS.iter().map(|(_, weight)| *weight).collect();
        match DEEDS[self.dice.weighted(&weights)].0 {
            Deed::Post => self.post(who, at),
            Deed::Answer => self.answer_anything(who, at),
            Deed::Like => self.like(who, at),
            Deed::Repost => self.repost(who, at),
            Deed::Follow => self.follow(who, at),
            Deed::Edit => self.edit(who, at),
            Deed::Delete => self.delete(who, at),
            Deed::Unfollow => self.unfollow(who, at),
            Deed::Unlike => self.unlike(who, at),
            Deed::Unrepost => self.unrepost(who, at),
        }
    }

    fn join(&mut self, who: usize, at: OffsetDateTime) {
        let person = self.people.get(who);
        let line = ImportAccount {
            kind: Default::default(),
            handle: person.handle.clone(),
            display_name: person.name.clone(),
            bio: String::new(),
            time: at,
            key: self.key(),
        };
        self.lines.push(ImportLine::Account(line));
        if person.handle == self.people.last().handle {
            // Nothing comes behind it: if this account is there, all is.
            return;
        }
        for _ in 0..FIRST_FOLLOWS {
            self.follow(who, at);
        }
        self.here.push(who);
    }

    fn leave(&mut self, who: usize, at: OffsetDateTime) {
        let line =
            ImportDeactivate { kind: Default::default(), account: self.name(who), time: at, key: self.key() };
        self.lines.push(ImportLine::Deactivate(line));
        self.here.retain(|other| *other != who);
        self.follows.retain(|(follower, followee)| *follower != who && *followee != who);
        self.said.iter_mut().filter(|said| said.author == who).for_each(|said| said.is_gone = true);
    }

    fn named(&self, message: usize) -> ImportedMessage {
        ImportedMessage::Line(ImportedLine { key: self.said[message].key.clone() })
    }

    fn name(&self, who: usize) -> String {
        format!("@{}", self.people.get(who).handle)
    }

    fn key(&mut self) -> Option<String> {
        self.next_key += 1;
        Some(format!("society-{}", self.next_key))
    }
}
