//! The state after each event, made from the log alone, and whether each event could be decided on the one before it.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::log::{self, Entry};

#[derive(Debug)]
pub struct Message {
    pub author: i64,
    /// Microseconds since 1970.
    pub created_at: i64,
    pub tags: Vec<String>,
    pub in_reply_to: Option<i64>,
    /// Position, number and text of each.
    pub editions: Vec<(i64, i64, String)>,
    pub deleted_at: Option<i64>,
}

/// An account's reaction to a message, or its end.
#[derive(Debug)]
struct Reaction {
    position: i64,
    account: i64,
    is_like: bool,
    is_set: bool,
}

#[derive(Debug, Default)]
pub struct History {
    pub messages: BTreeMap<i64, Message>,
    reactions: HashMap<i64, Vec<Reaction>>,
    replies: HashMap<i64, Vec<i64>>,
    handles: HashMap<String, i64>,
    accounts: BTreeSet<i64>,
}

impl Message {
    pub fn stands_at(&self, position: i64) -> bool {
        self.editions[0].0 <= position && self.deleted_at.is_none_or(|deleted| deleted > position)
    }

    pub fn edition_at(&self, position: i64) -> (i64, &str) {
        let last = self.editions.iter().rev().find(|(at, ..)| *at <= position);
        last.map_or((0, ""), |(_, number, text)| (*number, text))
    }
}

impl History {
    /// With what is wrong about the order of events. Foreign events are passed over.
    pub fn of(entries: &[Entry], foreign: &[i64]) -> (Self, Vec<String>) {
        let mut history = Self::default();
        let mut wrong = Vec::new();
        let mut before: Option<&Entry> = None;
        for entry in entries {
            if !foreign.contains(&entry.position)
                && let Err(why) = history.apply(entry, before)
            {
                wrong.push(format!("{} at {}: {why}", entry.kind(), entry.position));
            }
            before = Some(entry);
        }
        (history, wrong)
    }

    fn apply(&mut self, entry: &Entry, before: Option<&Entry>) -> Result<(), String> {
        let field = |name: &str| entry.number(name).ok_or_else(|| format!("it has no {name}"));
        match entry.kind() {
            "message.posted" => self.posted(entry, field("author")?),
            "message.edited" => self.edited(entry, field("message")?, field("author")?),
            "message.deleted" => {
                let message = self.messages.get_mut(&field("message")?).ok_or("there is no such message")?;
                match message.deleted_at.replace(entry.position) {
                    None => Ok(()),
                    Some(at) => Err(format!("it was deleted at {at} before")),
                }
            }
            "message.liked" | "message.unliked" | "message.reposted" | "message.unreposted" => {
                self.reacted(entry, field("account")?, field("message")?)
            }
            "message.bookmarked" | "message.unbookmarked" => self.is_there(field("message")?),
            "account.followed" | "account.unfollowed" => {
                let followee = field("followee")?;
                if self.accounts.contains(&followee) { Ok(()) } else { Err(format!("nobody is {followee}")) }
            }
            "handle.claimed" => {
                let handle = entry.data["handle"].as_str().unwrap_or_default().to_owned();
                match self.handles.insert(handle.clone(), field("account")?) {
                    None => Ok(()),
                    Some(other) => Err(format!("{handle} was {other}'s")),
                }
            }
            "account.registered" => {
                let account = field("account")?;
                let claimed = before.filter(|before| before.kind() == "handle.claimed");
                if claimed.and_then(|claimed| claimed.number("account")) != Some(account) {
                    return Err("its handle was not claimed in the same append".to_owned());
                }
                if self.accounts.insert(account) { Ok(()) } else { Err(format!("{account} was there")) }
            }
            other => Err(format!("nobody asked for a {other}")),
        }
    }

    fn posted(&mut self, entry: &Entry, author: i64) -> Result<(), String> {
        let original = entry.data["originalTime"].as_str().and_then(log::micros);
        let created_at = original.unwrap_or(entry.recorded_at);
        let tags = entry.data["tags"].as_array().into_iter().flatten();
        let in_reply_to = entry.number("inReplyTo");
        let message = Message {
            author,
            created_at,
            tags: tags.filter_map(|tag| tag.as_str().map(str::to_owned)).collect(),
            in_reply_to,
            editions: vec![(entry.position, 1, entry.text().to_owned())],
            deleted_at: None,
        };
        self.messages.insert(entry.position, message);
        let Some(parent) = in_reply_to else { return Ok(()) };
        self.replies.entry(parent).or_default().push(entry.position);
        if parent < entry.position && self.messages.contains_key(&parent) {
            Ok(())
        } else {
            Err(format!("it answers {parent}, which is not there"))
        }
    }

    fn edited(&mut self, entry: &Entry, id: i64, author: i64) -> Result<(), String> {
        let message = self.messages.get_mut(&id).ok_or("there is no such message")?;
        let number = entry.data["edition"].as_i64().ok_or("it has no edition")?;
        let last = message.editions.last().map_or(0, |(_, number, _)| *number);
        message.editions.push((entry.position, number, entry.text().to_owned()));
        if let Some(at) = message.deleted_at {
            return Err(format!("it was deleted at {at} before"));
        }
        if message.author != author {
            return Err(format!("it is {}'s, not {author}'s", message.author));
        }
        if number == last + 1 { Ok(()) } else { Err(format!("edition {number} follows {last}")) }
    }

    fn reacted(&mut self, entry: &Entry, account: i64, message: i64) -> Result<(), String> {
        let kind = entry.kind();
        let reaction = Reaction {
            position: entry.position,
            account,
            is_like: kind.ends_with("liked"),
            is_set: !kind.contains(".un"),
        };
        self.reactions.entry(message).or_default().push(reaction);
        self.is_there(message)
    }

    fn is_there(&self, message: i64) -> Result<(), String> {
        if self.messages.contains_key(&message) { Ok(()) } else { Err(format!("there is no {message}")) }
    }

    /// Likes, reposts and replies of a message as of a position.
    pub fn counts_at(&self, id: i64, position: i64) -> (i64, i64, i64) {
        let mut edges: [BTreeSet<i64>; 2] = Default::default();
        for reaction in self.reactions.get(&id).into_iter().flatten().filter(|one| one.position <= position) {
            let edges = &mut edges[usize::from(reaction.is_like)];
            if reaction.is_set {
                edges.insert(reaction.account);
            } else {
                edges.remove(&reaction.account);
            }
        }
        let replies = self.replies.get(&id).into_iter().flatten();
        let replies = replies.filter(|reply| self.messages[reply].stands_at(position)).count();
        let count = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
        (count(edges[1].len()), count(edges[0].len()), count(replies))
    }

    /// The messages of a tag as of a position: newest first, after a message of the page before.
    pub fn page(&self, tag: &str, position: i64, after: Option<i64>, limit: usize) -> (Vec<i64>, bool) {
        let key = |id: i64| self.messages.get(&id).map(|message| (message.created_at, id));
        let after = after.and_then(key);
        let mut ids: Vec<(i64, i64)> = self
            .messages
            .iter()
            .filter(|(_, message)| message.stands_at(position) && message.tags.iter().any(|own| own == tag))
            .map(|(id, message)| (message.created_at, *id))
            .filter(|key| after.is_none_or(|after| *key < after))
            .collect();
        ids.sort_unstable_by(|a, b| b.cmp(a));
        let has_more = ids.len() > limit;
        (ids.into_iter().take(limit).map(|(_, id)| id).collect(), has_more)
    }
}
