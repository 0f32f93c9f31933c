//! What the people do, one after another, each knowing what the others did before.

use std::collections::BTreeSet;

use api_types::import::{
    ImportAccount, ImportDeactivate, ImportDelete, ImportEdit, ImportFollow, ImportLike, ImportLine,
    ImportMessage, ImportRepost, ImportUnfollow, ImportUnlike, ImportUnrepost, ImportedLine, ImportedMessage,
};
use time::{Duration, OffsetDateTime};

use super::dice::Dice;
use super::people::{People, Plan};

/// People look at what is new.
const RECENT_MESSAGES: usize = 60;
const CHARS_MAX: usize = 280;
/// Somebody who leaves for good, shortly before the end.
const LEAVER: usize = 7;
const ANSWERS: [&str; 12] = [
    "Thanks, that was what broke our build.",
    "Is that in a release yet?",
    "We ran into the same thing last week.",
    "Can you say more about why?",
    "Works for us, on two machines.",
    "Not for us: it still waits for ever.",
    "That makes our own workaround unnecessary.",
    "Where is that documented?",
    "How much faster is it?",
    "I would rather have had that behind a flag.",
    "Good catch.",
    "Does it need a new version of the compiler?",
];
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
    (Deed::Answer, 17),
    (Deed::Like, 28),
    (Deed::Repost, 7),
    (Deed::Follow, 10),
    (Deed::Edit, 3),
    (Deed::Delete, 2),
    (Deed::Unfollow, 2),
    (Deed::Unlike, 2),
    (Deed::Unrepost, 1),
];

struct Said {
    key: String,
    author: usize,
    text: String,
    tags: Vec<String>,
    is_gone: bool,
}

pub(super) struct Story<'a> {
    people: &'a People,
    texts: &'a [(String, Vec<String>)],
    dice: Dice,
    lines: Vec<ImportLine>,
    /// Who is there, in the order in which they joined.
    here: Vec<usize>,
    said: Vec<Said>,
    follows: BTreeSet<(usize, usize)>,
    /// Who and which message.
    likes: BTreeSet<(usize, usize)>,
    reposts: BTreeSet<(usize, usize)>,
    next_key: usize,
}

impl<'a> Story<'a> {
    pub(super) fn new(people: &'a People, texts: &'a [(String, Vec<String>)], dice: Dice) -> Self {
        Self {
            people,
            texts,
            dice,
            lines: Vec::new(),
            here: Vec::new(),
            said: Vec::new(),
            follows: BTreeSet::new(),
            likes: BTreeSet::new(),
            reposts: BTreeSet::new(),
            next_key: 0,
        }
    }

    pub(super) fn act(&mut self, Plan { at, who, joins }: Plan) {
        if joins {
            return self.join(who, at);
        }
        if !self.here.contains(&who) {
            return;
        }
        let weights: Vec<usize> = DEEDS.iter().map(|(_, weight)| *weight).collect();
        match DEEDS[self.dice.weighted(&weights)].0 {
            Deed::Post => self.post(who, at),
            Deed::Answer => self.answer(who, at),
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

    pub(super) fn finish(self) -> Vec<ImportLine> {
        self.lines
    }

    fn join(&mut self, who: usize, at: OffsetDateTime) {
        let person = self.people.get(who);
        if who == self.people.len() - 1 {
            self.leave(LEAVER, at - Duration::minutes(1));
        }
        let line = ImportAccount {
            kind: Default::default(),
            handle: person.handle.clone(),
            display_name: person.name.clone(),
            bio: String::new(),
            time: at,
            key: self.key(),
        };
        self.lines.push(ImportLine::Account(line));
        if who == self.people.len() - 1 {
            // Nothing comes behind it: if this account is there, all is.
            return;
        }
        // The first who came are followed most.
        for _ in 0..3 {
            let known = self.here.len().min(12);
            let choice = self.dice.roll(known);
            if let Some(followee) = self.here.get(choice).copied() {
                self.add_follow(who, followee, at);
            }
        }
        self.here.push(who);
    }

    fn leave(&mut self, who: usize, at: OffsetDateTime) {
        let line =
            ImportDeactivate { kind: Default::default(), account: self.name(who), time: at, key: self.key() };
        self.lines.push(ImportLine::Deactivate(line));
        self.here.retain(|other| *other != who);
    }

    fn post(&mut self, who: usize, at: OffsetDateTime) {
        let choice = self.dice.roll(self.texts.len());
        let Some((text, tags)) = self.texts.get(choice) else { return };
        self.say(who, at, text.clone(), tags.clone(), None);
    }

    fn answer(&mut self, who: usize, at: OffsetDateTime) {
        let Some(parent) = self.recent(who) else { return };
        let text = self.dice.pick(&ANSWERS).copied().unwrap_or_default();
        let in_reply_to = Some(self.named(parent));
        self.say(who, at, text.to_owned(), Vec::new(), in_reply_to);
    }

    fn say(
        &mut self,
        who: usize,
        at: OffsetDateTime,
        text: String,
        tags: Vec<String>,
        in_reply_to: Option<ImportedMessage>,
    ) {
        let key = self.key();
        self.said.push(Said {
            key: key.clone().unwrap_or_default(),
            author: who,
            text: text.clone(),
            tags: tags.clone(),
            is_gone: false,
        });
        let (kind, account) = (Default::default(), self.name(who));
        self.lines.push(ImportLine::Message(ImportMessage {
            kind,
            account,
            text,
            tags,
            in_reply_to,
            time: at,
            key,
        }));
    }

    fn like(&mut self, who: usize, at: OffsetDateTime) {
        let Some(message) = self.recent(who) else { return };
        if self.likes.insert((who, message)) {
            let (kind, account, message) = (Default::default(), self.name(who), self.named(message));
            let key = self.key();
            self.lines.push(ImportLine::Like(ImportLike { kind, account, message, time: at, key }));
        }
    }

    fn repost(&mut self, who: usize, at: OffsetDateTime) {
        let Some(message) = self.recent(who) else { return };
        if self.reposts.insert((who, message)) {
            let (kind, account, message) = (Default::default(), self.name(who), self.named(message));
            let key = self.key();
            self.lines.push(ImportLine::Repost(ImportRepost { kind, account, message, time: at, key }));
        }
    }

    fn follow(&mut self, who: usize, at: OffsetDateTime) {
        let choice = self.dice.roll(self.here.len());
        if let Some(followee) = self.here.get(choice).copied() {
            self.add_follow(who, followee, at);
        }
    }

    fn add_follow(&mut self, who: usize, followee: usize, at: OffsetDateTime) {
        if who != followee && self.follows.insert((who, followee)) {
            let (kind, account, followee) = (Default::default(), self.name(who), self.name(followee));
            let key = self.key();
            self.lines.push(ImportLine::Follow(ImportFollow { kind, account, followee, time: at, key }));
        }
    }

    fn unfollow(&mut self, who: usize, at: OffsetDateTime) {
        let own: Vec<_> = self.follows.range((who, 0)..(who + 1, 0)).copied().collect();
        let Some(edge) = self.dice.pick(&own).copied() else { return };
        self.follows.remove(&edge);
        let (kind, account, followee) = (Default::default(), self.name(who), self.name(edge.1));
        let key = self.key();
        self.lines.push(ImportLine::Unfollow(ImportUnfollow { kind, account, followee, time: at, key }));
    }

    fn unlike(&mut self, who: usize, at: OffsetDateTime) {
        let Some(edge) = own_edge(&mut self.dice, &self.likes, &self.said, who) else { return };
        self.likes.remove(&edge);
        let (kind, account, message) = (Default::default(), self.name(who), self.named(edge.1));
        let key = self.key();
        self.lines.push(ImportLine::Unlike(ImportUnlike { kind, account, message, time: at, key }));
    }

    fn unrepost(&mut self, who: usize, at: OffsetDateTime) {
        let Some(edge) = own_edge(&mut self.dice, &self.reposts, &self.said, who) else { return };
        self.reposts.remove(&edge);
        let (kind, account, message) = (Default::default(), self.name(who), self.named(edge.1));
        let key = self.key();
        self.lines.push(ImportLine::Unrepost(ImportUnrepost { kind, account, message, time: at, key }));
    }

    fn edit(&mut self, who: usize, at: OffsetDateTime) {
        let Some(index) = self.own_recent(who) else { return };
        let (message, account, key) = (self.named(index), self.name(who), self.key());
        let said = &mut self.said[index];
        let longer = format!("{} (Corrected.)", said.text);
        let (text, tags) = if longer.chars().count() <= CHARS_MAX && !said.text.ends_with("(Corrected.)") {
            said.text.clone_from(&longer);
            (Some(longer), None)
        } else {
            said.tags.push(format!("again-{}", said.tags.len()));
            said.tags.truncate(8);
            (None, Some(said.tags.clone()))
        };
        let kind = Default::default();
        self.lines.push(ImportLine::Edit(ImportEdit { kind, account, message, text, tags, time: at, key }));
    }

    fn delete(&mut self, who: usize, at: OffsetDateTime) {
        let Some(index) = self.own_recent(who) else { return };
        self.said[index].is_gone = true;
        let (kind, account, message) = (Default::default(), self.name(who), self.named(index));
        let key = self.key();
        self.lines.push(ImportLine::Delete(ImportDelete { kind, account, message, time: at, key }));
    }

    /// A message of somebody else's, rather of whom one follows.
    fn recent(&mut self, who: usize) -> Option<usize> {
        let from = self.said.len().saturating_sub(RECENT_MESSAGES);
        let there = |index: &usize| !self.said[*index].is_gone && self.said[*index].author != who;
        let all: Vec<usize> = (from..self.said.len()).filter(there).collect();
        let is_followed = |index: &usize| self.follows.contains(&(who, self.said[*index].author));
        let followed: Vec<usize> = all.iter().copied().filter(is_followed).collect();
        if self.dice.is_within(70) && !followed.is_empty() {
            return self.dice.pick(&followed).copied();
        }
        self.dice.pick(&all).copied()
    }

    fn own_recent(&mut self, who: usize) -> Option<usize> {
        let from = self.said.len().saturating_sub(10 * RECENT_MESSAGES);
        let own = |index: &usize| !self.said[*index].is_gone && self.said[*index].author == who;
        let own: Vec<usize> = (from..self.said.len()).filter(own).collect();
        self.dice.pick(&own).copied()
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

/// One of somebody's edges to a message that is still there.
fn own_edge(
    dice: &mut Dice,
    edges: &BTreeSet<(usize, usize)>,
    said: &[Said],
    who: usize,
) -> Option<(usize, usize)> {
    let of_them = edges.range((who, 0)..(who + 1, 0)).copied();
    let own: Vec<_> = of_them.filter(|edge| !said[edge.1].is_gone).collect();
    dice.pick(&own).copied()
}
