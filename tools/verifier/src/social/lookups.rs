//! What is looked up in a state.

use std::collections::BTreeMap;

use domain::{AccountEvent, Event, MessageEvent, MessageId, ReactionKind};

use super::records::Kind;
use super::state::State;
use crate::scope::Touched;

/// See `nearest_living` in migration 0011.
const NEAREST_MAX: usize = 50;

impl State {
    /// The messages of an account that are there.
    pub(crate) fn messages_of(&self, account: i64) -> Vec<i64> {
        self.by_author.range((account, i64::MIN)..=(account, i64::MAX)).map(|(_, id)| *id).collect()
    }

    /// The accounts and messages, besides those that it names, whose rows an event would change if it were applied now.
    pub(crate) fn touch(&self, event: &Event, touched: &mut Touched) {
        match event {
            Event::Message(MessageEvent::Deleted(event)) => {
                let message = self.messages.get(&event.message.get());
                touched.messages.extend(self.above(message.and_then(|message| message.in_reply_to)));
                touched.accounts.extend(message.map(|message| message.author));
            }
            Event::Message(MessageEvent::Posted(event)) => {
                touched.messages.extend(self.above(event.in_reply_to.map(MessageId::get)));
            }
            Event::Account(AccountEvent::Deactivated(event)) => {
                let account = event.account.get();
                for id in self.messages_of(account) {
                    touched.messages.insert(id);
                    touched.messages.extend(self.above(self.messages[&id].in_reply_to));
                }
                for (kind, from, to) in self.edges_of(account) {
                    match kind {
                        Kind::Followed | Kind::Blocked | Kind::Muted => touched.accounts.extend([from, to]),
                        _ => touched.messages.extend([to]),
                    }
                }
            }
            _ => {}
        }
    }

    /// What is answered, and on through what was deleted: as far up as what comes or goes below may show.
    fn above(&self, answered: Option<i64>) -> impl Iterator<Item = i64> + '_ {
        let parent = |id: &i64| self.tombstones.get(id)?.place?.1;
        std::iter::successors(answered, parent).take(NEAREST_MAX)
    }

    /// How far below each tombstone the nearest living message is, where that is not too far.
    pub(super) fn nearest_living(&self) -> BTreeMap<i64, usize> {
        let answered = self.messages.values().filter_map(|message| message.in_reply_to);
        let mut nearest: BTreeMap<i64, usize> = answered.map(|parent| (parent, 1)).collect();
        // Replies come later than what they answer, so a tombstone's own distance is known before it is passed up.
        for (id, tombstone) in self.tombstones.iter().rev() {
            let parent = tombstone.place.and_then(|(_, in_reply_to)| in_reply_to);
            let below = nearest.get(id).filter(|below| **below < NEAREST_MAX).copied();
            if let (Some(parent), Some(below)) = (parent, below) {
                let nearest = nearest.entry(parent).or_insert(below + 1);
                *nearest = (*nearest).min(below + 1);
            }
        }
        nearest.retain(|id, _| self.tombstones.get(id).is_some_and(|tombstone| tombstone.place.is_some()));
        nearest
    }

    /// What an account does to others and to messages, and what other accounts do to it.
    pub(super) fn edges_of(&self, account: i64) -> Vec<(Kind, i64, i64)> {
        let mut edges = Vec::new();
        let reactions = ReactionKind::ALL.map(Kind::Reaction);
        let accounts = [Kind::Followed, Kind::Blocked, Kind::Muted];
        for kind in accounts.into_iter().chain(reactions) {
            let own = self.edges.range((kind, account, i64::MIN)..=(kind, account, i64::MAX));
            edges.extend(own.map(|(edge, _)| *edge));
        }
        accounts.into_iter().for_each(|kind| edges.extend(self.edges_to(kind, account)));
        edges
    }

    pub(super) fn edges_to(&self, kind: Kind, to: i64) -> Vec<(Kind, i64, i64)> {
        let range = (kind, to, i64::MIN)..=(kind, to, i64::MAX);
        self.by_target.range(range).map(|(kind, to, from)| (*kind, *from, *to)).collect()
    }
}
