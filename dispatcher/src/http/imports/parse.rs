//! From the words of a line to values that cannot be wrong, and to the lines that it refers to.

use api_types::codes;
use api_types::import::{ImportHead, ImportKind, ImportLine, ImportedMessage};
use domain::ReactionKind;
use domain::edge::DesiredState;
use domain::{AccountId, Bio, DisplayName, Handle, IdError, MessageId, Tags, Text};
use http_kit::{ApiProblem, json};
use serde::Deserialize;
use time::OffsetDateTime;

use super::references::{Names, Promise, QueuedLine, References};
use crate::http::messages;
use crate::refusal::Refusal;

const KEY_CHARS_MAX: usize = 255;

pub(super) struct Line {
    pub(super) key: Option<String>,
    pub(super) time: OffsetDateTime,
    pub(super) wanted: Wanted,
}

/// As much of a line as says what later lines may call it: also one that is refused has its names.
#[derive(Deserialize)]
struct RawNames {
    key: Option<String>,
    handle: Option<String>,
}

pub(super) enum Wanted {
    Account { handle: Handle, display_name: DisplayName, bio: Bio },
    Message { author: AccountName, text: Text, tags: Tags, in_reply_to: Option<MessageName> },
    Follow { follower: AccountName, followee: AccountName, desired: DesiredState },
    Reaction { kind: ReactionKind, account: AccountName, message: MessageName, desired: DesiredState },
    Edit { author: AccountName, message: MessageName, text: Option<Text>, tags: Option<Tags> },
    Deletion { author: AccountName, message: MessageName },
    Deactivation { account: AccountName },
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
pub(super) fn enqueue(
    number: u64,
    kind: Option<ImportKind>,
    bytes: &[u8],
    references: &mut References,
) -> QueuedLine {
    let is_change = kind.is_some_and(ImportKind::is_change);
    let Ok(RawNames { key, handle }) = serde_json::from_slice(bytes) else {
        references.names_were_lost();
        return references.enqueue(number, &Names::default(), is_change);
    };
    let handle = handle.and_then(|raw| Handle::parse(&raw).ok());
    references.enqueue(number, &Names { key, handle }, is_change)
}

pub(super) fn line(kind: ImportKind, bytes: &[u8], references: &References) -> Result<Line, Refusal> {
    let line = shape(kind, bytes)?;
    let wanted = wanted(&line, references)?;
    let (key, time) = (line.key().map(str::to_owned), line.time());
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
        ImportKind::Edit => ImportLine::Edit(json::parse(bytes)?),
        ImportKind::Delete => ImportLine::Delete(json::parse(bytes)?),
        ImportKind::Unfollow => ImportLine::Unfollow(json::parse(bytes)?),
        ImportKind::Unlike => ImportLine::Unlike(json::parse(bytes)?),
        ImportKind::Unrepost => ImportLine::Unrepost(json::parse(bytes)?),
        ImportKind::Unbookmark => ImportLine::Unbookmark(json::parse(bytes)?),
        ImportKind::Deactivate => ImportLine::Deactivate(json::parse(bytes)?),
    })
}

fn wanted(line: &ImportLine, references: &References) -> Result<Wanted, Refusal> {
    use DesiredState::{Set, Unset};
    use ReactionKind::{Bookmark, Like, Repost};
    let account = |field, raw: &str| account(references, field, raw);
    let message = |field, raw: &ImportedMessage| message(references, field, raw);
    let follow = |follower: &str, followee: &str, desired| -> Result<Wanted, Refusal> {
        let (follower, followee) = (account("account", follower)?, account("followee", followee)?);
        Ok(Wanted::Follow { follower, followee, desired })
    };
    let reaction = |kind, by: &str, to: &ImportedMessage, desired| -> Result<Wanted, Refusal> {
        let (account, message) = (account("account", by)?, message("message", to)?);
        Ok(Wanted::Reaction { kind, account, message, desired })
    };
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
        ImportLine::Follow(line) => follow(&line.account, &line.followee, Set)?,
        ImportLine::Unfollow(line) => follow(&line.account, &line.followee, Unset)?,
        ImportLine::Like(line) => reaction(Like, &line.account, &line.message, Set)?,
        ImportLine::Repost(line) => reaction(Repost, &line.account, &line.message, Set)?,
        ImportLine::Bookmark(line) => reaction(Bookmark, &line.account, &line.message, Set)?,
        ImportLine::Unlike(line) => reaction(Like, &line.account, &line.message, Unset)?,
        ImportLine::Unrepost(line) => reaction(Repost, &line.account, &line.message, Unset)?,
        ImportLine::Unbookmark(line) => reaction(Bookmark, &line.account, &line.message, Unset)?,
        ImportLine::Edit(line) => Wanted::Edit {
            author: account("account", &line.account)?,
            message: message("message", &line.message)?,
            text: line.text.as_deref().map(Text::parse).transpose()?,
            tags: messages::parse::tags(None, line.tags.as_deref())?,
        },
        ImportLine::Delete(line) => Wanted::Deletion {
            author: account("account", &line.account)?,
            message: message("message", &line.message)?,
        },
        ImportLine::Deactivate(line) => Wanted::Deactivation { account: account("account", &line.account)? },
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
