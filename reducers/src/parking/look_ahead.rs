//! How far a lane may look ahead while events are parked. What an event claims is looked up in the rows, so these must
//! be the rows of just before it.

use std::collections::HashSet;

use domain::{AccountEvent, Event, MessageEvent};

use super::Seen;
use crate::projections::Claims;
use crate::projections::KnownEvent;

/// How many of the next events can be decided on by one look at the rows; at least one. None of them names a message
/// that another one of them posts. One that changes whom others meet is alone, and so is a bad one, and one that gives others up.
pub(crate) fn piece(seen: &[Seen], claims: impl Fn(&KnownEvent) -> Claims) -> usize {
    let mut posted = HashSet::new();
    for (index, seen) in seen.iter().enumerate() {
        let ends = match seen {
            Seen::Foreign | Seen::Dropped(_) => false,
            Seen::Bad(..) | Seen::Drop(_) => true,
            Seen::Known(known) if is_alone(&known.event) => true,
            Seen::Known(known) => {
                let names_one = claims(known).messages.iter().any(|message| posted.contains(message));
                posted.insert(known.position.get());
                names_one
            }
        };
        if ends {
            return index.max(1);
        }
    }
    seen.len()
}

fn is_alone(event: &Event) -> bool {
    matches!(event, Event::Message(MessageEvent::Deleted(_)) | Event::Account(AccountEvent::Deactivated(_)))
}
