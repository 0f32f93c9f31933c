//! What people say, correct and take back.

use api_types::import::{ImportDelete, ImportEdit, ImportLine, ImportMessage};
use time::{Duration, OffsetDateTime};

use super::super::people::week_of;
use super::super::plan::{Intention, Plan};
use super::{Said, Story};

/// People look at what is new.
const RECENT_MESSAGES: usize = 60;
/// And correct what they said some time ago, too.
const OWN_RECENT_MESSAGES: usize = 180;
const CHARS_MAX: usize = 280;
const TAGS_MAX: usize = 8;
/// What everybody talks about, week by week.
const TOPICS: [&str; 8] = ["bytes", "tokio-util", "tower", "net", "hyper-util", "runtime", "h2", "tower"];
const ON_TOPIC_PERCENT: usize = 35;
/// Of 100 messages that answer none, those that a reader answers.
const ANSWERED_PERCENT: usize = 30;
/// Of 100 answers, those that are answered back.
const ANSWERED_BACK_PERCENT: usize = 55;
const ANSWERS: [&str; 16] = [
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
    "Only since this week.",
    "I have not measured it.",
    "It says so in the notes, if one knows where to look.",
    "Try it without the default features.",
];

impl Story<'_> {
    pub(super) fn post(&mut self, who: usize, at: OffsetDateTime) {
        let topic = TOPICS[week_of(at) % TOPICS.len()];
        let is_on_topic = self.dice.is_within(ON_TOPIC_PERCENT);
        let is_meant = |tags: &[String]| !is_on_topic || tags.iter().any(|tag| tag == topic);
        let choices: Vec<_> = self.texts.iter().filter(|(_, tags)| is_meant(tags)).collect();
        let Some((text, tags)) = self.dice.pick(&choices).copied() else { return };
        self.say(who, at, text.clone(), tags.clone(), None);
        if self.dice.is_within(ANSWERED_PERCENT) {
            let readers = self.follows.iter().filter(|(_, followee)| *followee == who);
            let readers: Vec<usize> = readers.map(|(reader, _)| *reader).collect();
            if let Some(reader) = self.dice.pick(&readers).copied() {
                self.plan_answer(reader, at);
            }
        }
    }

    pub(super) fn answer_anything(&mut self, who: usize, at: OffsetDateTime) {
        if let Some(parent) = self.recent(who) {
            self.answer(who, parent, at);
        }
    }

    pub(super) fn answer(&mut self, who: usize, parent: usize, at: OffsetDateTime) {
        if self.said[parent].is_gone {
            return;
        }
        let text = self.dice.pick(&ANSWERS).copied().unwrap_or_default();
        self.say(who, at, text.to_owned(), Vec::new(), Some(parent));
        if self.dice.is_within(ANSWERED_BACK_PERCENT) {
            self.plan_answer(self.said[parent].author, at);
        }
    }

    /// Of the message that was said last, after some time; who sleeps then, does it in the morning.
    fn plan_answer(&mut self, who: usize, at: OffsetDateTime) {
        let Some(message) = self.said.len().checked_sub(1) else { return };
        let mut at = at + self.dice.pause();
        while !self.people.get(who).is_awake(at) {
            at += Duration::hours(1);
        }
        self.plans.insert(Plan { at, who, what: Intention::Answer(message) });
    }

    fn say(
        &mut self,
        who: usize,
        at: OffsetDateTime,
        text: String,
        tags: Vec<String>,
        parent: Option<usize>,
    ) {
        let key = self.key();
        let in_reply_to = parent.map(|parent| self.named(parent));
        self.said.push(Said {
            key: key.clone().unwrap_or_default(),
            author: who,
            text: text.clone(),
            tags: tags.clone(),
            likes: 0,
            is_gone: false,
        });
        let (kind, account) = (Default::default(), self.name(who));
        let line = ImportMessage { kind, account, text, tags, in_reply_to, time: at, key };
        self.lines.push(ImportLine::Message(line));
    }

    pub(super) fn edit(&mut self, who: usize, at: OffsetDateTime) {
        let Some(index) = self.own_recent(who) else { return };
        let (message, account, key) = (self.named(index), self.name(who), self.key());
        let said = &mut self.said[index];
        let longer = format!("{} (Corrected.)", said.text);
        let (text, tags) = if longer.chars().count() <= CHARS_MAX && !said.text.ends_with("(Corrected.)") {
            said.text.clone_from(&longer);
            (Some(longer), None)
        } else {
            if said.tags.len() < TAGS_MAX && !said.tags.iter().any(|tag| tag == "solved") {
                said.tags.push("solved".to_owned());
            } else {
                said.tags.pop();
            }
            (None, Some(said.tags.clone()))
        };
        let kind = Default::default();
        self.lines.push(ImportLine::Edit(ImportEdit { kind, account, message, text, tags, time: at, key }));
    }

    pub(super) fn delete(&mut self, who: usize, at: OffsetDateTime) {
        let Some(index) = self.own_recent(who) else { return };
        self.said[index].is_gone = true;
        let (kind, account, message) = (Default::default(), self.name(who), self.named(index));
        let key = self.key();
        self.lines.push(ImportLine::Delete(ImportDelete { kind, account, message, time: at, key }));
    }

    /// A message of somebody else's, rather of whom one follows, and rather one of the newest.
    pub(super) fn recent(&mut self, who: usize) -> Option<usize> {
        let from = self.said.len().saturating_sub(RECENT_MESSAGES);
        let there = |index: &usize| !self.said[*index].is_gone && self.said[*index].author != who;
        let all: Vec<usize> = (from..self.said.len()).filter(there).collect();
        let is_followed = |index: &usize| self.follows.contains(&(who, self.said[*index].author));
        let followed: Vec<usize> = all.iter().copied().filter(is_followed).collect();
        if self.dice.is_within(70) && !followed.is_empty() {
            return self.dice.pick_late(&followed).copied();
        }
        self.dice.pick_late(&all).copied()
    }

    fn own_recent(&mut self, who: usize) -> Option<usize> {
        let from = self.said.len().saturating_sub(OWN_RECENT_MESSAGES);
        let own = |index: &usize| !self.said[*index].is_gone && self.said[*index].author == who;
        let own: Vec<usize> = (from..self.said.len()).filter(own).collect();
        self.dice.pick_late(&own).copied()
    }
}
