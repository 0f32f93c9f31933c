//! What people should see, worked out slowly from what they did. Shares no code and no SQL with the product: every list
//! and every count is derived from plain vectors.

/// Index into [`Model::people`].
pub(crate) type Who = usize;
/// Index into [`Model::messages`].
pub(crate) type What = usize;

#[derive(Debug, Clone)]
pub(crate) struct Message {
    /// Also the position of its event.
    pub(crate) id: i64,
    pub(crate) author: Who,
    pub(crate) text: String,
    pub(crate) reply_to: Option<What>,
    /// Whether the answered message was there to tell its author, and this was no import.
    told: bool,
    pub(crate) is_live: bool,
}

/// Somebody did something to something, once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Edge {
    pub(crate) who: Who,
    pub(crate) target: usize,
    pub(crate) position: i64,
    /// Nobody is notified of what is imported.
    is_import: bool,
}

/// What an act does in the log.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Event {
    pub(crate) position: i64,
    pub(crate) is_import: bool,
}

/// A line of a timeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Item {
    pub(crate) position: i64,
    pub(crate) reposter: Option<Who>,
    pub(crate) message: What,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Notice {
    pub(crate) position: i64,
    pub(crate) kind: &'static str,
    pub(crate) actor: Who,
    pub(crate) message: Option<What>,
}

#[derive(Debug, Default)]
pub(crate) struct Model {
    /// Whether the account still stands, and up to where its notifications were read.
    pub(crate) people: Vec<(bool, i64)>,
    pub(crate) messages: Vec<Message>,
    follows: Vec<Edge>,
    likes: Vec<Edge>,
    reposts: Vec<Edge>,
    bookmarks: Vec<Edge>,
}

fn add(edges: &mut Vec<Edge>, who: Who, target: usize, Event { position, is_import }: Event) {
    if !edges.iter().any(|edge| edge.who == who && edge.target == target) {
        edges.push(Edge { who, target, position, is_import });
    }
}

fn remove(edges: &mut Vec<Edge>, who: Who, target: usize) {
    edges.retain(|edge| edge.who != who || edge.target != target);
}

/// Newest first.
fn sorted(mut edges: Vec<Edge>) -> Vec<Edge> {
    edges.sort_by_key(|edge| -edge.position);
    edges
}

impl Model {
    pub(crate) fn of(people: usize) -> Self {
        Self { people: vec![(true, 0); people], ..Self::default() }
    }

    pub(crate) fn stands(&self, who: Who) -> bool {
        self.people[who].0
    }

    pub(crate) fn post(&mut self, author: Who, text: String, reply_to: Option<What>, event: Event) {
        let told = !event.is_import && reply_to.is_some_and(|parent| self.messages[parent].is_live);
        let id = event.position;
        self.messages.push(Message { id, author, text, reply_to, told, is_live: true });
    }

    pub(crate) fn delete(&mut self, message: What) {
        self.messages[message].is_live = false;
        self.likes.retain(|edge| edge.target != message);
        self.reposts.retain(|edge| edge.target != message);
        self.bookmarks.retain(|edge| edge.target != message);
    }

    pub(crate) fn like(&mut self, who: Who, message: What, event: Event) {
        if self.messages[message].is_live {
            add(&mut self.likes, who, message, event);
        }
    }

    pub(crate) fn unlike(&mut self, who: Who, message: What) {
        remove(&mut self.likes, who, message);
    }

    pub(crate) fn repost(&mut self, who: Who, message: What, event: Event) {
        if self.messages[message].is_live {
            add(&mut self.reposts, who, message, event);
        }
    }

    pub(crate) fn unrepost(&mut self, who: Who, message: What) {
        remove(&mut self.reposts, who, message);
    }

    pub(crate) fn bookmark(&mut self, who: Who, message: What, event: Event) {
        if self.messages[message].is_live {
            add(&mut self.bookmarks, who, message, event);
        }
    }

    pub(crate) fn unbookmark(&mut self, who: Who, message: What) {
        remove(&mut self.bookmarks, who, message);
    }

    pub(crate) fn follow(&mut self, who: Who, whom: Who, event: Event) {
        if self.stands(whom) {
            add(&mut self.follows, who, whom, event);
        }
    }

    pub(crate) fn unfollow(&mut self, who: Who, whom: Who) {
        remove(&mut self.follows, who, whom);
    }

    pub(crate) fn give_up(&mut self, who: Who) {
        self.people[who].0 = false;
        for message in 0..self.messages.len() {
            if self.messages[message].author == who {
                self.delete(message);
            }
        }
        self.likes.retain(|edge| edge.who != who);
        self.reposts.retain(|edge| edge.who != who);
        self.bookmarks.retain(|edge| edge.who != who);
        self.follows.retain(|edge| edge.who != who && edge.target != who);
    }

    pub(crate) fn read_notifications(&mut self, who: Who) {
        let newest = self.notices(who).first().map_or(0, |notice| notice.position);
        self.people[who].1 = self.people[who].1.max(newest);
    }

    pub(crate) fn follows(&self) -> &[Edge] {
        &self.follows
    }

    pub(crate) fn likes(&self) -> &[Edge] {
        &self.likes
    }

    pub(crate) fn reposts(&self) -> &[Edge] {
        &self.reposts
    }

    pub(crate) fn bookmarks(&self) -> &[Edge] {
        &self.bookmarks
    }

    pub(crate) fn followers(&self, who: Who) -> Vec<Edge> {
        sorted(self.follows.iter().filter(|edge| edge.target == who).copied().collect())
    }

    pub(crate) fn following(&self, who: Who) -> Vec<Edge> {
        sorted(self.follows.iter().filter(|edge| edge.who == who).copied().collect())
    }

    pub(crate) fn likes_by(&self, who: Who) -> Vec<Edge> {
        sorted(self.likes.iter().filter(|edge| edge.who == who).copied().collect())
    }

    pub(crate) fn bookmarks_by(&self, who: Who) -> Vec<Edge> {
        sorted(self.bookmarks.iter().filter(|edge| edge.who == who).copied().collect())
    }

    pub(crate) fn likes_of(&self, message: What) -> Vec<Edge> {
        sorted(self.likes.iter().filter(|edge| edge.target == message).copied().collect())
    }

    pub(crate) fn reposts_of(&self, message: What) -> Vec<Edge> {
        sorted(self.reposts.iter().filter(|edge| edge.target == message).copied().collect())
    }

    /// Newest first.
    pub(crate) fn live_messages(&self) -> Vec<What> {
        let live = (0..self.messages.len()).filter(|message| self.messages[*message].is_live);
        let mut live: Vec<What> = live.collect();
        live.sort_by_key(|message| -self.messages[*message].id);
        live
    }

    pub(crate) fn messages_by(&self, who: Who) -> usize {
        self.live_messages().iter().filter(|message| self.messages[**message].author == who).count()
    }

    pub(crate) fn replies_by(&self, who: Who) -> Vec<What> {
        let is_reply = |message: &What| {
            let message = &self.messages[*message];
            message.author == who && message.reply_to.is_some()
        };
        self.live_messages().into_iter().filter(is_reply).collect()
    }

    pub(crate) fn replies_to(&self, parent: What) -> Vec<What> {
        let answers = |message: &What| self.messages[*message].reply_to == Some(parent);
        self.live_messages().into_iter().filter(answers).collect()
    }

    /// Whether it is there, or keeps its place because something there hangs on it. Cases are too short for the bound.
    pub(crate) fn has_place(&self, message: What) -> bool {
        self.messages[message].is_live || !self.places_below(message).is_empty()
    }

    /// What answers a message, newest first, with the places of what was deleted.
    pub(crate) fn places_below(&self, parent: What) -> Vec<What> {
        let answers = |message: &What| self.messages[*message].reply_to == Some(parent);
        let mut below: Vec<What> =
            (0..self.messages.len()).filter(answers).filter(|message| self.has_place(*message)).collect();
        below.sort_by_key(|message| -self.messages[*message].id);
        below
    }

    /// What a message answers, and so on upwards: the oldest first.
    pub(crate) fn places_above(&self, message: What) -> Vec<What> {
        let parent = |message: &What| self.messages[*message].reply_to;
        let mut above: Vec<What> = std::iter::successors(parent(&message), parent).collect();
        above.reverse();
        above
    }

    /// What these people showed, newest first, each message once.
    fn items(&self, shown_by: &[Who]) -> Vec<Item> {
        let posts = self.live_messages().into_iter().map(|message| {
            let Message { id, author, .. } = self.messages[message];
            (author, Item { position: id, reposter: None, message })
        });
        let reposts = self.reposts.iter().map(|edge| {
            let reposter = Some(edge.who);
            (edge.who, Item { position: edge.position, reposter, message: edge.target })
        });
        let mut items: Vec<Item> =
            posts.chain(reposts).filter(|(who, _)| shown_by.contains(who)).map(|(_, item)| item).collect();
        items.sort_by_key(|item| -item.position);
        let mut seen = Vec::new();
        items.retain(|item| {
            let is_new = !seen.contains(&item.message);
            seen.push(item.message);
            is_new
        });
        items
    }

    pub(crate) fn own_items(&self, who: Who) -> Vec<Item> {
        self.items(&[who])
    }

    pub(crate) fn timeline(&self, who: Who) -> Vec<Item> {
        let mut shown_by: Vec<Who> = self.following(who).iter().map(|edge| edge.target).collect();
        shown_by.push(who);
        self.items(&shown_by)
    }

    /// Newest first.
    pub(crate) fn notices(&self, who: Who) -> Vec<Notice> {
        let mut notices = Vec::new();
        let followers = self.followers(who).into_iter().filter(|edge| !edge.is_import);
        for Edge { who: actor, position, .. } in followers {
            notices.push(Notice { position, kind: "followed", actor, message: None });
        }
        for (kind, edges) in [("liked", &self.likes), ("reposted", &self.reposts)] {
            let of_own = |edge: &&Edge| !edge.is_import && self.messages[edge.target].author == who;
            for edge in edges.iter().filter(of_own) {
                let (position, actor) = (edge.position, edge.who);
                notices.push(Notice { position, kind, actor, message: Some(edge.target) });
            }
        }
        for message in self.live_messages() {
            let Message { id: position, author: actor, reply_to, told, .. } = self.messages[message];
            if told && reply_to.is_some_and(|parent| self.messages[parent].author == who) {
                notices.push(Notice { position, kind: "replied", actor, message: Some(message) });
            }
        }
        notices.retain(|notice| notice.actor != who);
        notices.sort_by_key(|notice| -notice.position);
        notices
    }

    pub(crate) fn unread(&self, who: Who) -> usize {
        self.notices(who).iter().filter(|notice| notice.position > self.people[who].1).count()
    }
}
