//! Whom people follow, what they like and repost, and what they take back of it.

use std::collections::BTreeSet;

use api_types::import::{
    ImportFollow, ImportLike, ImportLine, ImportRepost, ImportUnfollow, ImportUnlike, ImportUnrepost,
};
use time::OffsetDateTime;

use super::super::dice::Dice;
use super::{Said, Story};

/// Of as many messages that somebody reads, the one that appeals most is liked.
const READ_BEFORE_A_LIKE: usize = 3;
/// What is new appeals as if so many liked it.
const APPEAL_OF_NEWS: usize = 2;

impl Story<'_> {
    pub(super) fn like(&mut self, who: usize, at: OffsetDateTime) {
        let read: Vec<usize> = (0..READ_BEFORE_A_LIKE).filter_map(|_| self.recent(who)).collect();
        let appeal = |message: &usize| {
            let Said { likes, tags, .. } = &self.said[*message];
            likes + if tags.iter().any(|tag| tag == "added") { APPEAL_OF_NEWS } else { 0 }
        };
        let Some(message) = read.into_iter().max_by_key(appeal) else { return };
        if self.likes.insert((who, message)) {
            self.said[message].likes += 1;
            let (kind, account, message) = (Default::default(), self.name(who), self.named(message));
            let key = self.key();
            self.lines.push(ImportLine::Like(ImportLike { kind, account, message, time: at, key }));
        }
    }

    pub(super) fn repost(&mut self, who: usize, at: OffsetDateTime) {
        let Some(message) = self.recent(who) else { return };
        if self.reposts.insert((who, message)) {
            let (kind, account, message) = (Default::default(), self.name(who), self.named(message));
            let key = self.key();
            self.lines.push(ImportLine::Repost(ImportRepost { kind, account, message, time: at, key }));
        }
    }

    /// Somebody whom others follow, or who wrote something, or just anybody.
    pub(super) fn follow(&mut self, who: usize, at: OffsetDateTime) {
        let followed: Vec<usize> = self.follows.iter().map(|(_, followee)| *followee).collect();
        let author = self.recent(who).map(|message| self.said[message].author);
        let followee = match self.dice.weighted(&[45, 40, 15]) {
            0 => self.dice.pick(&followed).copied().or(author),
            1 => author,
            _ => None,
        };
        let Some(followee) = followee.or_else(|| self.dice.pick(&self.here).copied()) else { return };
        if who != followee && self.follows.insert((who, followee)) {
            let (kind, account, followee) = (Default::default(), self.name(who), self.name(followee));
            let key = self.key();
            self.lines.push(ImportLine::Follow(ImportFollow { kind, account, followee, time: at, key }));
        }
    }

    pub(super) fn unfollow(&mut self, who: usize, at: OffsetDateTime) {
        let own: Vec<_> = self.follows.range((who, 0)..(who + 1, 0)).copied().collect();
        let Some(edge) = self.dice.pick(&own).copied() else { return };
        self.follows.remove(&edge);
        let (kind, account, followee) = (Default::default(), self.name(who), self.name(edge.1));
        let key = self.key();
        self.lines.push(ImportLine::Unfollow(ImportUnfollow { kind, account, followee, time: at, key }));
    }

    pub(super) fn unlike(&mut self, who: usize, at: OffsetDateTime) {
        let Some(edge) = own_edge(&mut self.dice, &self.likes, &self.said, who) else { return };
        self.likes.remove(&edge);
        self.said[edge.1].likes -= 1;
        let (kind, account, message) = (Default::default(), self.name(who), self.named(edge.1));
        let key = self.key();
        self.lines.push(ImportLine::Unlike(ImportUnlike { kind, account, message, time: at, key }));
    }

    pub(super) fn unrepost(&mut self, who: usize, at: OffsetDateTime) {
        let Some(edge) = own_edge(&mut self.dice, &self.reposts, &self.said, who) else { return };
        self.reposts.remove(&edge);
        let (kind, account, message) = (Default::default(), self.name(who), self.named(edge.1));
        let key = self.key();
        self.lines.push(ImportLine::Unrepost(ImportUnrepost { kind, account, message, time: at, key }));
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
