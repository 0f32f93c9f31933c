//! What the dispatcher never appends, as far as one pass over the log shows it with little memory.

use std::collections::HashMap;

use domain::{
    AccountEvent, AccountId, Event, Handle, HandleEvent, MessageEvent, MessageId, Position, ProjectionEvent,
    ReportEvent, Shard,
};
use event_store::{RecordedEvent, Subject};

#[derive(Debug)]
pub(super) struct Rules {
    shard: Shard,
    /// Whether the account is active.
    accounts: HashMap<AccountId, bool>,
    handles: HashMap<Handle, AccountId>,
    /// The last edition of messages that were edited; `None` for deleted ones.
    messages: HashMap<MessageId, Option<u32>>,
}

type Verdict = Result<(), &'static str>;

fn must(is_kept: bool, rule: &'static str) -> Verdict {
    if is_kept { Ok(()) } else { Err(rule) }
}

impl Rules {
    pub(super) fn new(shard: Shard) -> Self {
        Self { shard, accounts: HashMap::new(), handles: HashMap::new(), messages: HashMap::new() }
    }

    /// The event as the next one of the log. One that breaks a rule still counts for what follows it, as it does in the
    /// folds.
    pub(super) fn apply(&mut self, recorded: &RecordedEvent, event: &Event) -> Verdict {
        let place = Subject::of(self.shard, event).to_string();
        let of_its_kind = match event {
            Event::Account(event) => self.account(event),
            Event::Handle(event) => self.handle(event),
            Event::Message(event) => self.message(recorded.position, event),
            Event::Reaction(event) => must(
                event.reaction().message.position() < recorded.position,
                "it reacts to a message of the future",
            ),
            Event::Projection(ProjectionEvent::EventsDropped(event)) => must(
                event.positions.as_slice().iter().all(|position| *position < recorded.position),
                "it gives up an event of the future",
            ),
            Event::Report(ReportEvent::Resolved(event)) => {
                must(event.report < recorded.position, "it resolves a report of the future")
            }
            Event::Graph(_)
            | Event::Inbox(_)
            | Event::Moderation(_)
            | Event::Report(ReportEvent::Filed(_)) => Ok(()),
        };
        must(place == recorded.subject, "it is not in the subject where it belongs").and(of_its_kind)
    }

    fn account(&mut self, event: &AccountEvent) -> Verdict {
        match event {
            AccountEvent::Registered(event) => {
                must(self.accounts.insert(event.account, true).is_none(), "the account was registered before")
            }
            AccountEvent::ProfileChanged(event) => {
                must(self.accounts.get(&event.account) == Some(&true), "the account is not active")
            }
            AccountEvent::Deactivated(event) => {
                must(self.accounts.insert(event.account, false) == Some(true), "the account is not active")
            }
        }
    }

    fn handle(&mut self, event: &HandleEvent) -> Verdict {
        match event {
            HandleEvent::Claimed(event) => {
                let before = self.handles.insert(event.handle.clone(), event.account);
                must(before.is_none(), "the handle belongs to an account already")
            }
            HandleEvent::Released(event) => {
                let before = self.handles.remove(&event.handle);
                must(before == Some(event.account), "the handle does not belong to the account")
            }
        }
    }

    fn message(&mut self, at: Position, event: &MessageEvent) -> Verdict {
        match event {
            MessageEvent::Posted(event) => must(
                event.in_reply_to.is_none_or(|parent| parent.position() < at),
                "it replies to a message of the future",
            ),
            MessageEvent::Edited(event) => {
                let before = self.messages.insert(event.message, Some(event.edition)).unwrap_or(Some(1));
                must(event.message.position() < at, "it edits a message of the future")?;
                must(before.is_some(), "the message was deleted before")?;
                must(
                    before.and_then(|last| last.checked_add(1)) == Some(event.edition),
                    "an edition is skipped",
                )
            }
            MessageEvent::Deleted(event) => {
                let before = self.messages.insert(event.message, None).unwrap_or(Some(1));
                must(event.message.position() < at, "it deletes a message of the future")?;
                must(before.is_some(), "the message was deleted before")
            }
        }
    }
}
