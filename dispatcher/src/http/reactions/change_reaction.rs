//! What all operations on reactions have in common.

use axum::response::Response;
use domain::ReactionKind;
use domain::edge::DesiredState;
use http_kit::Caller;

use crate::commands::ChangeReaction;
use crate::http::command::CommandRequest;
use crate::http::{command, parse};
use crate::refusal::Refusal;
use crate::state::State;

/// What a route asks for.
pub(super) struct Asked {
    pub(super) kind: ReactionKind,
    pub(super) desired: DesiredState,
}

pub(super) async fn change_reaction(
    state: &State,
    caller: &Caller,
    id: &str,
    Asked { kind, desired }: Asked,
    request: &CommandRequest,
) -> Result<Response, Refusal> {
    let actor = command::writer(caller)?;
    let message = parse::message_id(id)?;
    let change = ChangeReaction { kind, account: actor.account, message, desired, original_time: None };
    command::done(state.ready()?, request.execution(actor, &[]), change).await
}
