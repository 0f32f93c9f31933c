//! Posting, editing and deleting. The consistency boundary is the author's outbox.

use cqrs_es::EventStore;
use domain::message::{Message, MessageCommand, MessageRejection};
use domain::{AccountId, Event, MessageEvent, MessageId};

use planted_bugs::planted;

use super::ask;
use crate::command::{Change, Command, Decision, Placed, Turn};
use crate::contract::{Expected, ReadError};
use crate::executor::{ExecuteError, MessageOutcome};
use crate::stores::Stores;
use crate::stores::messages::{NEW_MESSAGE, from_store};
use crate::subject::Subject;

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

    fn turn(&self) -> Option<Turn> {
        target(self).map(|message| Turn::of(&message))
    }

    /// An import is the operator's command; it still needs an author who is there.
    fn acts_for(&self) -> Option<AccountId> {
        match self {
            Self::Post(command) => Some(command.author),
            Self::Edit(_) | Self::Delete(_) => None,
        }
    }

    async fn decide(
        &self,
        stores: &Stores,
    ) -> Result<Decision<MessageOutcome>, ExecuteError<MessageRejection>> {
        let target = target(self);
        let name = target.map_or_else(|| NEW_MESSAGE.to_owned(), |message| message.to_string());
        let context = stores.messages.load_aggregate(&name).await.map_err(from_store)?;
        let edition = match &context.message {
            Message::Standing(standing) => standing.edition,
            Message::Unknown | Message::Deleted { .. } => 0,
        };
        let expected = if planted("edit-without-expected") { Expected::Any } else { context.expected };
        let through = stores.position(context.through);
        let events = ask(context.message, self.clone()).await?;
        if events.is_empty() {
            let message = target.unwrap_or(MessageId::at(through));
            return Ok(Decision::Unchanged(MessageOutcome::new(message, edition, through)));
        }
        let changes = events.into_iter().map(|event| Change { event: event.into(), expected });
        Ok(Decision::Append(changes.collect()))
    }

    async fn trace(&self, stores: &Stores) -> Result<Option<Subject>, ReadError> {
        let author = match (self, target(self)) {
            (Self::Post(command), _) => Some(command.author),
            (_, Some(message)) => stores.messages.author_of(message).await?,
            (_, None) => None,
        };
        Ok(author.map(|author| stores.messages.outbox(author)))
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
