//! What all operations on likes and reposts have in common.

use crate::commands::ChangeReaction;
use axum::response::Response;
use domain::edge::Wish;
use domain::reaction::ReactionKind;
use http_kit::idempotency::RequestKey;
use http_kit::{ApiProblem, Caller, RequestContext};

use crate::http::{command, parse};
use crate::state::State;

/// What a route asks for.
pub(super) struct Asked {
    pub(super) kind: ReactionKind,
    pub(super) wish: Wish,
}

/// Method and path name the whole command, so they are what an idempotency key stands for.
pub(super) async fn change_reaction(
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
