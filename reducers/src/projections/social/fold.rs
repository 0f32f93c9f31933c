//! From the events of a segment to its changes.

use std::collections::BTreeMap;

use data_set::write::{Changes, DeactivatedRow, ReadMarkerRow, SocialSegment};
use domain::edge::DesiredState;
use domain::{
    AccountEvent, Event, GraphEvent, InboxEvent, NotificationsRead, Position, Reaction, ReactionKind,
};
use time::OffsetDateTime;

use super::accounts::AccountFold;
use super::care::CareFold;
use super::edges::{EdgeFold, Making};
use super::messages::{MessageFold, is_past, whole_micros};
use crate::projections::KnownEvent;
use crate::projections::segments::into_segments;

/// Changes under construction.
#[derive(Debug, Default)]
struct SegmentFold {
    accounts: AccountFold,
    messages: MessageFold,
    follows: EdgeFold,
    blocks: EdgeFold,
    mutes: EdgeFold,
    reactions: BTreeMap<ReactionKind, EdgeFold>,
    read_markers: BTreeMap<i64, i64>,
    care: CareFold,
}

/// The changes of a batch, by segments in the order of the log.
pub(super) fn fold(events: Vec<KnownEvent>) -> Vec<SocialSegment> {
    into_segments(events).into_iter().filter_map(fold_segment).collect()
}

/// `None` where the events change no rows.
fn fold_segment(events: Vec<KnownEvent>) -> Option<SocialSegment> {
    let mut segment = SegmentFold::default();
    for known in events {
        let (position, recorded_at) = (known.position, known.recorded_at);
        match known.event {
            Event::Account(AccountEvent::Deactivated(event)) => {
                // It is alone in its segment.
                return Some(SocialSegment::Deactivated(DeactivatedRow {
                    account: event.account.get(),
                    deactivated_at: whole_micros(event.original_time.unwrap_or(recorded_at)),
                    position: position.get(),
                }));
            }
            Event::Account(AccountEvent::Registered(event)) => {
                segment.accounts.registered(recorded_at, &event)
            }
            Event::Account(AccountEvent::ProfileChanged(event)) => segment.accounts.changed(&event),
            Event::Message(event) => segment.messages.apply(position, recorded_at, event),
            Event::Graph(event) => segment.graph(position, recorded_at, &event),
            Event::Reaction(event) => segment.reaction(position, recorded_at, event.reaction()),
            Event::Inbox(InboxEvent::NotificationsRead(event)) => segment.move_read_marker(&event),
            Event::Moderation(event) => segment.care.moderated(position, recorded_at, event),
            Event::Report(event) => segment.care.reported(position, recorded_at, event),
            // They keep handles unique in the log; an account's row has its handle from the account's own events.
            Event::Handle(_) => {}
            // The worker obeys it.
            Event::Projection(_) => {}
        }
    }
    let changes = segment.finish();
    (changes != Changes::default()).then(|| SocialSegment::Changes(Box::new(changes)))
}

impl SegmentFold {
    fn graph(&mut self, position: Position, recorded_at: OffsetDateTime, event: &GraphEvent) {
        let (from, to) = event.accounts();
        let (from, to) = (from.get(), to.get());
        let making = Making { position, recorded_at, original_time: None };
        match event {
            GraphEvent::Followed(event) => {
                self.follows.make(from, to, Making { original_time: event.original_time, ..making });
            }
            GraphEvent::Unfollowed(_) => self.follows.undo(from, to),
            // It is alone in its segment.
            GraphEvent::Blocked(_) => {
                self.follows.undo(from, to);
                self.follows.undo(to, from);
                self.blocks.make(from, to, making);
            }
            GraphEvent::Unblocked(_) => self.blocks.undo(from, to),
            GraphEvent::Muted(_) => self.mutes.make(from, to, making),
            GraphEvent::Unmuted(_) => self.mutes.undo(from, to),
        }
    }

    fn reaction(&mut self, position: Position, recorded_at: OffsetDateTime, reaction: Reaction) {
        let Reaction { kind, account, message, desired, original_time } = reaction;
        let (from, to) = (account.get(), message.get());
        if desired == DesiredState::Unset {
            self.reactions.entry(kind).or_default().undo(from, to);
        } else if is_past(message, position) {
            let making = Making { position, recorded_at, original_time };
            self.reactions.entry(kind).or_default().make(from, to, making);
        }
    }

    fn move_read_marker(&mut self, event: &NotificationsRead) {
        let until = self.read_markers.entry(event.account.get()).or_default();
        *until = (*until).max(event.until.get());
    }

    fn finish(self) -> Changes {
        let (registered, profiles) = self.accounts.finish();
        let (moderation, reports, resolutions) = self.care.finish();
        Changes {
            registered,
            profiles,
            messages: self.messages.finish(),
            follows: self.follows.finish(),
            blocks: self.blocks.finish(),
            mutes: self.mutes.finish(),
            reactions: self.reactions.into_iter().map(|(kind, edges)| (kind, edges.finish())).collect(),
            read_markers: self
                .read_markers
                .into_iter()
                .map(|(account, until)| ReadMarkerRow { account, until })
                .collect(),
            moderation,
            reports,
            resolutions,
        }
    }
}
