//! Posting, editing and deleting. The consistency boundary is the message.

use domain::message::{Message, MessageCommand, MessageRejection};
use domain::{AccountId, Event, MessageEvent, MessageId};
use event_store::{EditBucket, Expected};
use fail_points::planted;

use crate::decision::{Change, Command, Decision, ExecuteError, KeyedLock, MessageOutcome, Placed};
use crate::stores::Stores;

use super::ask;

/// The message that a command is about, where there is one yet.
fn target(command: &MessageCommand) -> Option<MessageId> {
    match command {
        MessageCommand::Post(_) => None,
        MessageCommand::Edit(command) => Some(command.message),
        MessageCommand::Delete(command) => Some(command.message),
    }
}

impl Command for MessageCommand {
    type Rejection = MessageRejection;
    type Outcome = MessageOutcome;

    fn operation(&self) -> &'static str {
        match self {
            Self::Post(_) => "post",
            Self::Edit(_) => "edit",
            Self::Delete(_) => "delete",
        }
    }

    /// Of the bucket: what others do there makes the append a conflict, too.
    fn keyed_lock(&self) -> Option<KeyedLock> {
        target(self).map(|message| KeyedLock::of(&EditBucket::of(message)))
    }

    /// An import is the operator's command; it still needs an author who is there.
    fn acts_for(&self) -> Option<AccountId> {
        match self {
            Self::Post(command) => Some(command.author),
            Self::Edit(_) | Self::Delete(_) => None,
        }
    }

    fn takes_back(&self) -> bool {
        matches!(self, Self::Delete(_))
    }

    async fn decide(
        &self,
        stores: &Stores,
    ) -> Result<Decision<MessageOutcome>, ExecuteError<MessageRejection>> {
        let Some(target) = target(self) else {
            let events = ask(Message::default(), self.clone()).await?;
            let changes = events.into_iter().map(|event| Change::new(event, Expected::Any));
            return Ok(Decision::Append(changes.collect()));
        };
        let seen = stores.messages.load(target).await.map_err(ExecuteError::Read)?;
        let edition = match &seen.message {
            Message::Standing(standing) => standing.edition,
            Message::Unknown | Message::Deleted { .. } => 0,
        };
        let events = ask(seen.message, self.clone()).await?;
        if events.is_empty() {
            let decided_on = stores.position(seen.last);
            return Ok(Decision::Unchanged(MessageOutcome::new(target, edition, decided_on)));
        }
        let expected =
            if planted("edit-without-expected") { Expected::Any } else { Expected::Last(seen.through) };
        let changes = events.into_iter().map(|event| Change {
            edit_index: Some(seen.edit_index.clone()),
            ..Change::new(event, expected).seen(seen.last)
        });
        Ok(Decision::Append(changes.collect()))
    }

    async fn before_ack(&self, stores: &Stores) {
        if let Self::Delete(command) = self {
            stores.messages.note_deleted(command.message).await;
        }
    }

    fn outcome(&self, own: &[Placed]) -> Option<MessageOutcome> {
        own.iter().find_map(|Placed { event, position }| {
            let (message, edition) = match event {
                Event::Message(MessageEvent::Posted(_)) => (MessageId::at(*position), 1),
                Event::Message(MessageEvent::Edited(edited)) => (edited.message, edited.edition),
                Event::Message(MessageEvent::Deleted(deleted)) => (deleted.message, 0),
                _ => return None,
            };
            Some(MessageOutcome::new(message, edition, *position))
        })
    }
}
