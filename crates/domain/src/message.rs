//! A message: posted once, edited by its author, deleted by its author or an admin.
//!
//! Invariants:
//! - Editions count up by one from 1; an edit that changes nothing makes none.
//! - Nothing follows a deletion.
//! - Only the author edits. The author and admins delete, and the event says who did.
//! - A reply answers a message that the log knows, of an account that does not block its author, nor is blocked by it.

use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;
use serde::{Deserialize, Serialize};

use crate::{
    AccountId, MessageDeleted, MessageEdited, MessageEvent, MessageId, MessagePosted, OriginalTime,
    Rejection, Tags, Text,
};

/// Who acts, with what the identity says about them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Actor {
    pub account: AccountId,
    pub is_admin: bool,
}

/// The message that a reply answers, and what the log knows of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReplyTarget {
    pub message: MessageId,
    pub exists: bool,
    /// Its author and that of the reply: one of the two blocks the other.
    pub is_blocked: bool,
}

/// The edition that an editor believes to be the latest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExpectedEdition {
    Any,
    Exactly(u32),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MessageCommand {
    Post(PostMessage),
    Edit(EditMessage),
    Delete(DeleteMessage),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PostMessage {
    pub author: AccountId,
    pub text: Text,
    pub tags: Tags,
    pub in_reply_to: Option<ReplyTarget>,
    pub original_time: Option<OriginalTime>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EditMessage {
    pub actor: Actor,
    pub message: MessageId,
    pub expected: ExpectedEdition,
    pub text: Option<Text>,
    pub tags: Option<Tags>,
    /// Of an imported edit.
    pub original_time: Option<OriginalTime>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeleteMessage {
    pub actor: Actor,
    pub message: MessageId,
    /// Of an imported deletion.
    pub original_time: Option<OriginalTime>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MessageRejection {
    #[error("there is no such message, or it was deleted")]
    MessageMustExist,
    #[error("only the author may do this")]
    ActorMustBeAuthor,
    #[error("the message has another edition by now")]
    EditionMustMatch,
    #[error("the message that this one answers does not exist")]
    ReplyTargetMustExist,
    #[error("one of the two accounts blocks the other")]
    AccountMustNotBeBlocked,
}

impl Rejection for MessageRejection {
    fn code(&self) -> &'static str {
        match self {
            Self::MessageMustExist => "MessageMustExist",
            Self::ActorMustBeAuthor => "ActorMustBeAuthor",
            Self::EditionMustMatch => "EditionMustMatch",
            Self::ReplyTargetMustExist => "ReplyTargetMustExist",
            Self::AccountMustNotBeBlocked => "AccountMustNotBeBlocked",
        }
    }
}

/// A message as its events tell it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Message {
    /// No event yet.
    #[default]
    Unknown,
    Standing(Standing),
    Deleted {
        author: AccountId,
    },
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    pub author: AccountId,
    pub text: Text,
    pub tags: Tags,
    pub edition: u32,
}

impl Aggregate for Message {
    const TYPE: &'static str = "message";
    type Command = MessageCommand;
    type Event = MessageEvent;
    type Error = MessageRejection;
    /// Facts come with the command; a decision calls nobody.
    type Services = ();

    async fn handle(
        &mut self,
        command: MessageCommand,
        _services: &(),
        sink: &EventSink<Self>,
    ) -> Result<(), MessageRejection> {
        let event = match command {
            MessageCommand::Post(command) => Some(post(command)?),
            MessageCommand::Edit(command) => self.edit(command)?,
            MessageCommand::Delete(command) => self.delete(command)?,
        };
        if let Some(event) = event {
            sink.write(event, self).await;
        }
        Ok(())
    }

    fn apply(&mut self, event: MessageEvent) {
        match event {
            MessageEvent::Posted(MessagePosted { author, text, tags, .. }) => {
                *self = Self::Standing(Standing { author, text, tags, edition: 1 });
            }
            MessageEvent::Edited(MessageEdited { author, text, tags, edition, .. }) => {
                *self = Self::Standing(Standing { author, text, tags, edition });
            }
            MessageEvent::Deleted(MessageDeleted { author, .. }) => *self = Self::Deleted { author },
        }
    }
}

fn post(command: PostMessage) -> Result<MessageEvent, MessageRejection> {
    if command.in_reply_to.is_some_and(|target| !target.exists) {
        return Err(MessageRejection::ReplyTargetMustExist);
    }
    if command.in_reply_to.is_some_and(|target| target.is_blocked) {
        return Err(MessageRejection::AccountMustNotBeBlocked);
    }
    Ok(MessageEvent::Posted(MessagePosted {
        author: command.author,
        text: command.text,
        tags: command.tags,
        in_reply_to: command.in_reply_to.map(|target| target.message),
        original_time: command.original_time.map(OriginalTime::get),
    }))
}

impl Message {
    fn edit(&self, command: EditMessage) -> Result<Option<MessageEvent>, MessageRejection> {
        let Self::Standing(standing) = self else {
            return Err(MessageRejection::MessageMustExist);
        };
        if standing.author != command.actor.account {
            return Err(MessageRejection::ActorMustBeAuthor);
        }
        if let ExpectedEdition::Exactly(expected) = command.expected
            && expected != standing.edition
        {
            return Err(MessageRejection::EditionMustMatch);
        }
        let text = command.text.unwrap_or_else(|| standing.text.clone());
        let tags = command.tags.unwrap_or_else(|| standing.tags.clone());
        if text == standing.text && tags == standing.tags {
            return Ok(None);
        }
        Ok(Some(MessageEvent::Edited(MessageEdited {
            message: command.message,
            author: standing.author,
            edition: standing.edition + 1,
            text,
            tags,
            original_time: command.original_time.map(OriginalTime::get),
        })))
    }

    fn delete(&self, command: DeleteMessage) -> Result<Option<MessageEvent>, MessageRejection> {
        let author = match self {
            Self::Unknown => return Err(MessageRejection::MessageMustExist),
            Self::Standing(Standing { author, .. }) | Self::Deleted { author } => *author,
        };
        if author != command.actor.account && !command.actor.is_admin {
            return Err(MessageRejection::ActorMustBeAuthor);
        }
        if matches!(self, Self::Deleted { .. }) {
            return Ok(None);
        }
        Ok(Some(MessageEvent::Deleted(MessageDeleted {
            message: command.message,
            author,
            deleted_by: command.actor.account,
            original_time: command.original_time.map(OriginalTime::get),
        })))
    }
}
