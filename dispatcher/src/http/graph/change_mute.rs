//! What both operations on mutes have in common.

use axum::response::Response;
use domain::edge::DesiredState;
use http_kit::Caller;

use crate::commands::ChangeMute;
use crate::http::command::CommandRequest;
use crate::http::{command, parse};
use crate::refusal::Refusal;
use crate::state::State;

pub(super) async fn change_mute(
    state: &State,
    caller: &Caller,
    id: &str,
    desired: DesiredState,
    request: &CommandRequest,
) -> Result<Response, Refusal> {
    let actor = command::writer(caller)?;
    let change = ChangeMute { muter: actor.account, muted: parse::account_id(id)?, desired };
    command::done(state.ready()?, request.execution(actor, &[]), change).await
}
