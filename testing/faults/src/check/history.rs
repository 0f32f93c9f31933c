//! The state after each event, made from the log alone, and whether each event could be decided on the one before it.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::Value;

use super::log::{self, Entry};
use super::promises::level;

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

/// What became of something, each change with its position.
type Changes<T> = Vec<(i64, T)>;

#[derive(Debug, Default)]
pub struct History {
    pub messages: BTreeMap<i64, Message>,
    /// Those that had an effect.
    reactions: HashMap<i64, Vec<Reaction>>,
    /// By follower and followee; a follow against a block has no effect, and a block ends follows.
    follows: HashMap<(i64, i64), Changes<bool>>,
    /// By blocker and blocked.
    blocks: HashMap<(i64, i64), Changes<bool>>,
    /// Of accounts, empty where there is none.
    restrictions: HashMap<i64, Changes<String>>,
    roles: HashMap<i64, Value>,
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
            "account.followed" | "account.unfollowed" => self.followed(entry, field("followee")?),
            "account.blocked" | "account.unblocked" => {
                self.blocked(entry, field("blocker")?, field("blocked")?)
            }
            "account.muted" | "account.unmuted" => self.is_somebody(field("muted")?),
            "account.moderated" | "account.roles-changed" => self.decided(entry, field("account")?),
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

    fn is_somebody(&self, account: i64) -> Result<(), String> {
        if self.accounts.contains(&account) { Ok(()) } else { Err(format!("nobody is {account}")) }
    }

    fn followed(&mut self, entry: &Entry, followee: i64) -> Result<(), String> {
        let follower = entry.number("follower").ok_or("it has no follower")?;
        let is_set = entry.kind() == "account.followed";
        if !is_set || !self.are_apart(follower, followee, entry.position) {
            self.follows.entry((follower, followee)).or_default().push((entry.position, is_set));
        }
        self.is_somebody(followee)
    }

    fn blocked(&mut self, entry: &Entry, blocker: i64, blocked: i64) -> Result<(), String> {
        let is_set = entry.kind() == "account.blocked";
        let was_set = at(self.blocks.get(&(blocker, blocked)), entry.position).copied();
        self.blocks.entry((blocker, blocked)).or_default().push((entry.position, is_set));
        if is_set {
            for pair in [(blocker, blocked), (blocked, blocker)] {
                self.follows.entry(pair).or_default().push((entry.position, false));
            }
        }
        if was_set.unwrap_or(false) == is_set {
            return Err(format!("{blocker} and {blocked} were so already"));
        }
        self.is_somebody(blocked)
    }

    /// Each decision tells all that holds, so what it leaves alone has to be what it was.
    fn decided(&mut self, entry: &Entry, account: i64) -> Result<(), String> {
        let before = at(self.restrictions.get(&account), entry.position).cloned().unwrap_or_default();
        let roles = Value::from(entry.data["roles"].as_array().cloned().unwrap_or_default());
        let roles_before =
            self.roles.insert(account, roles.clone()).unwrap_or_else(|| Value::from(Vec::<Value>::new()));
        let level = level(entry).to_owned();
        self.restrictions.entry(account).or_default().push((entry.position, level.clone()));
        let of_roles = entry.kind() == "account.roles-changed";
        let is_warning = entry.data["action"] == "warn";
        if of_roles == (roles == roles_before) {
            return Err(format!("the roles were {roles_before}"));
        }
        if (of_roles || is_warning) != (level == before) {
            return Err(format!("the restriction was {before:?}"));
        }
        self.is_somebody(account)
    }

    fn reacted(&mut self, entry: &Entry, account: i64, message: i64) -> Result<(), String> {
        let kind = entry.kind();
        let author = self.messages.get(&message).map(|message| message.author);
        if !kind.contains(".un") && author.is_some_and(|it| self.are_apart(account, it, entry.position)) {
            return Ok(());
        }
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

    /// One of the two blocks the other.
    fn are_apart(&self, one: i64, other: i64, position: i64) -> bool {
        let pairs = [(one, other), (other, one)];
        pairs.iter().any(|pair| at(self.blocks.get(pair), position) == Some(&true))
    }

    /// Whether a reader is shown a message that stands, by itself or in a list of everybody.
    pub fn shows(&self, reader: i64, message: i64, position: i64, in_list: bool) -> bool {
        let Some(author) = self.messages.get(&message).map(|message| message.author) else { return false };
        if self.are_apart(reader, author, position) {
            return false;
        }
        match at(self.restrictions.get(&author), position).map_or("", String::as_str) {
            "suspended" => false,
            "silenced" if in_list => {
                reader == author || at(self.follows.get(&(reader, author)), position) == Some(&true)
            }
            _ => true,
        }
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

    /// The messages of a tag as of a position, hidden or not: newest first, after the last one of the page before.
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

/// The last change up to a position.
fn at<T>(changes: Option<&Changes<T>>, position: i64) -> Option<&T> {
    changes?.iter().rev().find(|(at, _)| *at <= position).map(|(_, change)| change)
}
