//! Where a batch is cut into runs. The events of a run, applied set-wise in the order of `data_set::write::Changes`
//! (accounts, posts with what they answer, edits, deletions, edges, read markers), come to the same rows as one by one.
//!
//! What may share a run although it names the same message or account:
//! - A message, its edits, its deletion and answers to it before that: written in this order, and ids never come back.
//! - An edge and the message it is about: whoever likes a message that the run deletes leaves nothing, in any order, and
//!   no event names a message before it is posted.
//! - Making and undoing an edge: per edge only the first making after the last undoing counts.
//! - Posting, following or liking and everything about the acting account but its deactivation: whether an account is
//!   former is all that they look at.
//!
//! What may not:
//! - A reply to a message that the run deletes before: posts are written first and would still find it.
//! - A registration behind a profile change of the same account: registrations are written first.
//! - A deactivation and anything at all.

use std::collections::HashSet;

use domain::{AccountEvent, AccountId, Event, MessageEvent, MessageId};

use crate::projections::KnownEvent;

/// What an open run holds, as far as it keeps events out.
#[derive(Debug, Default)]
struct Open {
    deleted: HashSet<MessageId>,
    changed: HashSet<AccountId>,
    is_full: bool,
}

impl Open {
    fn takes(&self, event: &Event) -> bool {
        if self.is_full {
            return false;
        }
        match event {
            Event::Message(MessageEvent::Posted(event)) => {
                event.in_reply_to.is_none_or(|parent| !self.deleted.contains(&parent))
            }
            Event::Account(AccountEvent::Registered(event)) => !self.changed.contains(&event.account),
            Event::Account(AccountEvent::Deactivated(_)) => false,
            _ => true,
        }
    }

    fn add(&mut self, event: &Event) {
        match event {
            Event::Message(MessageEvent::Deleted(event)) => {
                self.deleted.insert(event.message);
            }
            Event::Account(AccountEvent::ProfileChanged(event)) => {
                self.changed.insert(event.account);
            }
            Event::Account(AccountEvent::Deactivated(_)) => self.is_full = true,
            _ => {}
        }
    }
}

/// Runs in the order of the log, none of them empty.
pub(super) fn cut(events: Vec<KnownEvent>) -> Vec<Vec<KnownEvent>> {
    let mut runs = Vec::new();
    let mut run = Vec::new();
    let mut open = Open::default();
    for known in events {
        if !run.is_empty() && !open.takes(&known.event) {
            runs.push(std::mem::take(&mut run));
            open = Open::default();
        }
        open.add(&known.event);
        run.push(known);
    }
    if !run.is_empty() {
        runs.push(run);
    }
    runs
}

#[cfg(test)]
mod tests;
