//! What both operations on follows have in common.

use axum::response::Response;
use domain::edge::DesiredState;
use http_kit::Caller;

use crate::commands::ChangeFollow;
use crate::http::command::CommandRequest;
use crate::http::{command, parse};
use crate::refusal::Refusal;
use crate::state::State;

pub(super) async fn change_follow(
    state: &State,
    caller: &Caller,
    id: &str,
    desired: DesiredState,
    request: &CommandRequest,
) -> Result<Response, Refusal> {
    let actor = command::writer(caller)?;
    let change = ChangeFollow {
        follower: actor.account,
        followee: parse::account_id(id)?,
        desired,
        original_time: None,
    };
    command::done(state.ready()?, request.execution(actor, &[]), change).await
}
