//! From the words of a line to values that cannot be wrong, and to the lines that it refers to.

use api_types::codes;
use api_types::import::{ImportHead, ImportKind, ImportLine, ImportedMessage};
use domain::ReactionKind;
use domain::{AccountId, Bio, DisplayName, Handle, IdError, MessageId, Tags, Text};
use http_kit::{ApiProblem, json};
use serde::Deserialize;
use time::OffsetDateTime;

use super::references::{Promise, QueuedLine, References};
use crate::http::messages;
use crate::refusal::Refusal;

const KEY_CHARS_MAX: usize = 255;

pub(super) struct Line {
    pub(super) key: Option<String>,
    pub(super) time: OffsetDateTime,
    pub(super) wanted: Wanted,
}

/// What later lines may call a line, from as much of it as can be read: also one that is refused has its names.
#[derive(Default, Deserialize)]
struct Names {
    key: Option<String>,
    handle: Option<String>,
}

pub(super) enum Wanted {
    Account { handle: Handle, display_name: DisplayName, bio: Bio },
    Message { author: AccountName, text: Text, tags: Tags, in_reply_to: Option<MessageName> },
    Follow { follower: AccountName, followee: AccountName },
    Reaction { kind: ReactionKind, account: AccountName, message: MessageName },
}

/// How a line names an account.
pub(super) enum AccountName {
    Id(AccountId),
    /// Of no line.
    Handle(Handle),
    Line(Promise),
}

/// How a line names a message.
pub(super) enum MessageName {
    Id(MessageId),
    Line(Promise),
    /// Of no earlier line of the request.
    Key(String),
}

/// What a line imports, from as much of it as is needed to know that.
pub(super) fn kind(bytes: &[u8]) -> Result<ImportKind, Refusal> {
    Ok(json::parse::<ImportHead>(bytes)?.kind)
}

/// Queues the line, whatever else is wrong with it. Called after [`line()`], which knows only the lines before it.
pub(super) fn enqueue(number: u64, bytes: &[u8], references: &mut References) -> QueuedLine {
    let Ok(Names { key, handle }) = serde_json::from_slice(bytes) else {
        references.names_were_lost();
        return references.enqueue(number, None, None);
    };
    let handle = handle.and_then(|raw| Handle::parse(&raw).ok());
    references.enqueue(number, key.as_deref(), handle.as_ref())
}

pub(super) fn line(kind: ImportKind, bytes: &[u8], references: &References) -> Result<Line, Refusal> {
    let line = shape(kind, bytes)?;
    let wanted = wanted(&line, references)?;
    let (key, time) = match line {
        ImportLine::Account(line) => (line.key, line.time),
        ImportLine::Message(line) => (line.key, line.time),
        ImportLine::Follow(line) => (line.key, line.time),
        ImportLine::Like(line) => (line.key, line.time),
        ImportLine::Repost(line) => (line.key, line.time),
        ImportLine::Bookmark(line) => (line.key, line.time),
    };
    if key.as_ref().is_some_and(|key| key.is_empty() || key.chars().count() > KEY_CHARS_MAX) {
        return Err(ApiProblem::new(codes::IDEMPOTENCY_KEY_INVALID)
            .field("key", "1 to 255 characters")
            .into());
    }
    Ok(Line { key, time, wanted })
}

/// By its kind, so that a refusal names the field at fault: a tagged enum would be read in one piece.
fn shape(kind: ImportKind, bytes: &[u8]) -> Result<ImportLine, Refusal> {
    Ok(match kind {
        ImportKind::Account => ImportLine::Account(json::parse(bytes)?),
        ImportKind::Message => ImportLine::Message(json::parse(bytes)?),
        ImportKind::Follow => ImportLine::Follow(json::parse(bytes)?),
        ImportKind::Like => ImportLine::Like(json::parse(bytes)?),
        ImportKind::Repost => ImportLine::Repost(json::parse(bytes)?),
        ImportKind::Bookmark => ImportLine::Bookmark(json::parse(bytes)?),
    })
}

fn wanted(line: &ImportLine, references: &References) -> Result<Wanted, Refusal> {
    let account = |field, raw: &str| account(references, field, raw);
    let message = |field, raw: &ImportedMessage| message(references, field, raw);
    Ok(match line {
        ImportLine::Account(line) => Wanted::Account {
            handle: Handle::parse(&line.handle)?,
            display_name: DisplayName::parse(&line.display_name)?,
            bio: Bio::parse(&line.bio)?,
        },
        ImportLine::Message(line) => Wanted::Message {
            author: account("account", &line.account)?,
            text: Text::parse(&line.text)?,
            tags: messages::parse::tags(None, Some(&line.tags))?.unwrap_or_default(),
            in_reply_to: line.in_reply_to.as_ref().map(|raw| message("inReplyTo", raw)).transpose()?,
        },
        ImportLine::Follow(line) => Wanted::Follow {
            follower: account("account", &line.account)?,
            followee: account("followee", &line.followee)?,
        },
        ImportLine::Like(line) => Wanted::Reaction {
            kind: ReactionKind::Like,
            account: account("account", &line.account)?,
            message: message("message", &line.message)?,
        },
        ImportLine::Repost(line) => Wanted::Reaction {
            kind: ReactionKind::Repost,
            account: account("account", &line.account)?,
            message: message("message", &line.message)?,
        },
        ImportLine::Bookmark(line) => Wanted::Reaction {
            kind: ReactionKind::Bookmark,
            account: account("account", &line.account)?,
            message: message("message", &line.message)?,
        },
    })
}

fn account(references: &References, field: &str, raw: &str) -> Result<AccountName, Refusal> {
    if let Some(handle) = raw.strip_prefix('@') {
        let handle = Handle::parse(handle)?;
        return Ok(match references.of_handle(&handle) {
            Some(line) => AccountName::Line(line.clone()),
            None if references.may_be_incomplete() => return Err(behind_unread(field)),
            None => AccountName::Handle(handle),
        });
    }
    raw.parse()
        .map(AccountName::Id)
        .map_err(|error: IdError| Refusal::field(field, format!("@ and a handle; or {error}")))
}

fn message(references: &References, field: &str, raw: &ImportedMessage) -> Result<MessageName, Refusal> {
    match raw {
        ImportedMessage::Id(raw) => raw
            .parse()
            .map(MessageName::Id)
            .map_err(|error: IdError| Refusal::field(field, error.to_string())),
        ImportedMessage::Line(line) => Ok(match references.of_key(&line.key) {
            Some(line) => MessageName::Line(line.clone()),
            None if references.may_be_incomplete() => return Err(behind_unread(field)),
            None => MessageName::Key(line.key.clone()),
        }),
    }
}

fn behind_unread(field: &str) -> Refusal {
    let why = "a line before this one could not be read, and may be the one that is meant";
    ApiProblem::new(codes::UNKNOWN_REFERENCE).field(field, why).into()
}
