//! From the events of a batch to its changes.

use std::collections::{BTreeMap, HashMap};

use data_set::write::{
    BlockedRow, HistoryBatch, HistoryChanges, HistoryEditionRow, HistoryMessageRow, HistorySegment,
    MessageEnd,
};
use domain::edge::DesiredState;
use domain::{
    AccountEvent, Event, GraphEvent, MessageDeleted, MessageEdited, MessageEvent, MessageId, MessagePosted,
    Reaction, ReactionKind,
};
use time::OffsetDateTime;

use super::conflicts::HistoryEvent;
use super::edges::EdgeFold;
use super::event_times;
use crate::projections::KnownEvent;
use crate::projections::segments::into_segments;
use crate::projections::social::{edition, is_past, whole_micros};

/// The changes of a batch, by segments in the order of the log.
pub(super) fn fold(events: Vec<KnownEvent>) -> HistoryBatch {
    let event_times = event_times::of(&events);
    let segments =
        into_segments(events.into_iter().map(HistoryEvent)).into_iter().filter_map(fold_segment).collect();
    HistoryBatch { event_times, segments }
}

/// Changes under construction.
#[derive(Debug, Default)]
struct SegmentFold {
    posted: Vec<HistoryMessageRow>,
    edited: Vec<HistoryEditionRow>,
    /// Of each message, the newest edition so far.
    editions: HashMap<i64, i32>,
    follows: EdgeFold,
    likes: EdgeFold,
    reposts: EdgeFold,
    deleted: BTreeMap<i64, MessageEnd>,
}

/// `None` where the events change no more than the times of events.
fn fold_segment(events: Vec<HistoryEvent>) -> Option<HistorySegment> {
    let mut segment = SegmentFold::default();
    for HistoryEvent(known) in events {
        let (position, at) = (known.position.get(), whole_micros(known.recorded_at));
        match &known.event {
            // These are alone in their segments.
            Event::Account(AccountEvent::Deactivated(event)) => {
                let at = event.original_time.map_or(at, whole_micros);
                return Some(HistorySegment::Deactivated { account: event.account.get(), position, at });
            }
            Event::Graph(GraphEvent::Blocked(event)) => {
                let (blocker, blocked) = (event.blocker.get(), event.blocked.get());
                return Some(HistorySegment::Blocked(BlockedRow { blocker, blocked, position, at }));
            }
            Event::Graph(GraphEvent::Unblocked(event)) => {
                let (blocker, blocked) = (event.blocker.get(), event.blocked.get());
                return Some(HistorySegment::Unblocked { blocker, blocked });
            }
            Event::Graph(GraphEvent::Followed(event)) => {
                let from_at = event.original_time.map_or(at, whole_micros);
                segment.follows.make(event.follower.get(), event.followee.get(), (position, from_at));
            }
            Event::Graph(GraphEvent::Unfollowed(event)) => {
                let to_at = event.original_time.map_or(at, whole_micros);
                segment.follows.undo(event.follower.get(), event.followee.get(), (position, to_at));
            }
            Event::Message(event) => segment.message(&known, event, at),
            Event::Reaction(event) => segment.reaction(&known, event.reaction(), at),
            Event::Account(AccountEvent::Registered(_) | AccountEvent::ProfileChanged(_))
            | Event::Graph(GraphEvent::Muted(_) | GraphEvent::Unmuted(_))
            | Event::Handle(_)
            | Event::Inbox(_)
            // A suspended account's deeds still stand; who shows them hides them.
            | Event::Moderation(_)
            | Event::Report(_)
            | Event::Projection(_) => {}
        }
    }
    let changes = segment.finish();
    (changes != HistoryChanges::default()).then(|| HistorySegment::Changes(Box::new(changes)))
}

impl SegmentFold {
    fn message(&mut self, known: &KnownEvent, event: &MessageEvent, at: OffsetDateTime) {
        match event {
            MessageEvent::Posted(event) => self.posted(known, event, at),
            MessageEvent::Edited(event) if is_past(event.message, known.position) => {
                self.edited(known, event, at);
            }
            MessageEvent::Deleted(event) if is_past(event.message, known.position) => {
                self.deleted(known, event, at);
            }
            MessageEvent::Edited(_) | MessageEvent::Deleted(_) => {}
        }
    }

    fn posted(&mut self, known: &KnownEvent, event: &MessagePosted, at: OffsetDateTime) {
        let answered = event.in_reply_to.filter(|target| is_past(*target, known.position));
        self.posted.push(HistoryMessageRow {
            id: known.position.get(),
            author: event.author.get(),
            in_reply_to: answered.map(MessageId::get),
            tags: event.tags.clone().into_strings(),
            created_at: event.original_time.map_or(at, whole_micros),
            recorded_at: at,
        });
    }

    fn edited(&mut self, known: &KnownEvent, event: &MessageEdited, at: OffsetDateTime) {
        let (message, edition) = (event.message.get(), edition(event.edition));
        let newest = self.editions.entry(message).or_insert(1);
        if edition <= *newest {
            return;
        }
        *newest = edition;
        self.edited.push(HistoryEditionRow {
            message,
            edition,
            position: known.position.get(),
            made_at: event.original_time.map_or(at, whole_micros),
            tags: event.tags.clone().into_strings(),
        });
    }

    /// The first deletion stands.
    fn deleted(&mut self, known: &KnownEvent, event: &MessageDeleted, at: OffsetDateTime) {
        let id = event.message.get();
        self.deleted.entry(id).or_insert(MessageEnd {
            id,
            position: known.position.get(),
            at: event.original_time.map_or(at, whole_micros),
            deleted_by: event.deleted_by.get(),
            cause: if event.deleted_by == event.author { "author" } else { "admin" },
        });
    }

    fn reaction(&mut self, known: &KnownEvent, reaction: Reaction, at: OffsetDateTime) {
        let Reaction { kind, account, message, desired, original_time } = reaction;
        let edges = match kind {
            ReactionKind::Like => &mut self.likes,
            ReactionKind::Repost => &mut self.reposts,
            // Known to the account alone.
            ReactionKind::Bookmark => return,
        };
        let (from, to) = (account.get(), message.get());
        let at = (known.position.get(), original_time.map_or(at, whole_micros));
        if desired == DesiredState::Unset {
            edges.undo(from, to, at);
        } else if is_past(message, known.position) {
            edges.make(from, to, at);
        }
    }

    fn finish(self) -> HistoryChanges {
        HistoryChanges {
            posted: self.posted,
            edited: self.edited,
            follows: self.follows.finish(),
            likes: self.likes.finish(),
            reposts: self.reposts.finish(),
            deleted: self.deleted.into_values().collect(),
        }
    }
}
