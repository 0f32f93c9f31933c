//! What both operations on blocks have in common.

use axum::response::Response;
use domain::edge::DesiredState;
use http_kit::Caller;

use crate::commands::ChangeBlock;
use crate::http::command::CommandRequest;
use crate::http::{command, parse};
use crate::refusal::Refusal;
use crate::state::State;

pub(super) async fn change_block(
    state: &State,
    caller: &Caller,
    id: &str,
    desired: DesiredState,
    request: &CommandRequest,
) -> Result<Response, Refusal> {
    let actor = command::writer(caller)?;
    let change = ChangeBlock { blocker: actor.account, blocked: parse::account_id(id)?, desired };
    command::done(state.ready()?, request.execution(actor, &[]), change).await
}
