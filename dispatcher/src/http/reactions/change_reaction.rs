//! What all operations on likes and reposts have in common.

use axum::response::Response;
use domain::edge::DesiredState;
use domain::reaction::ReactionKind;
use event_store::commands::ChangeReaction;
use http_kit::idempotency::RequestKey;
use http_kit::{Caller, RequestContext};

use crate::http::{command, parse};
use crate::refusal::Refusal;
use crate::state::State;

/// What a route asks for.
pub(super) struct Asked {
    pub(super) kind: ReactionKind,
    pub(super) desired: DesiredState,
}

/// Method and path name the whole command, so they are what an idempotency key stands for.
pub(super) async fn change_reaction(
    state: &State,
    caller: &Caller,
    id: &str,
    Asked { kind, desired }: Asked,
    key: Option<RequestKey>,
    context: &RequestContext,
) -> Result<Response, Refusal> {
    let account = command::writer(caller)?.account;
    let message = parse::message_id(id)?;
    let change = ChangeReaction { kind, account, message, desired, original_time: None };
    let (method, last) = (command::method(desired), segment(kind));
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
