//! Commands on what accounts do to messages, one file per operation.

pub(crate) mod like_message;
pub(crate) mod repost_message;
pub(crate) mod unlike_message;
pub(crate) mod unrepost_message;

use crate::commands::ChangeReaction;
use axum::response::Response;
use domain::edge::Wish;
use domain::reaction::ReactionKind;
use http_kit::idempotency::RequestKey;
use http_kit::{ApiProblem, Caller, RequestContext};

use crate::state::State;
use crate::{command, parse};

pub(crate) use like_message::like_message;
pub(crate) use repost_message::repost_message;
pub(crate) use unlike_message::unlike_message;
pub(crate) use unrepost_message::unrepost_message;

/// What a route asks for.
struct Asked {
    kind: ReactionKind,
    wish: Wish,
}

/// Method and path name the whole command, so they are what an idempotency key stands for.
async fn change(
    state: &State,
    caller: &Caller,
    id: &str,
    Asked { kind, wish }: Asked,
    key: Option<RequestKey>,
    context: &RequestContext,
) -> Result<Response, ApiProblem> {
    let account = command::writer(caller)?.account;
    let message = parse::message_id(id)?;
    let change = ChangeReaction { kind, account, message, wish, original_time: None };
    let (method, last) = (command::method(wish), segment(kind));
    let key = command::idempotency(key, &format!("{method} /v1/messages/{id}/{last}"), &[]);
    let execution = command::execution(account, context, key);
    command::done(state.ready()?, execution, change).await
}

fn segment(kind: ReactionKind) -> &'static str {
    match kind {
        ReactionKind::Like => "like",
        ReactionKind::Repost => "repost",
    }
}
