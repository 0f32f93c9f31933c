//! What both operations on follows have in common.

use crate::commands::ChangeFollow;
use axum::response::Response;
use domain::edge::Wish;
use http_kit::idempotency::RequestKey;
use http_kit::{ApiProblem, Caller, RequestContext};

use crate::http::{command, parse};
use crate::state::State;

/// Method and path name the whole command, so they are what an idempotency key stands for.
pub(super) async fn change_follow(
    state: &State,
    caller: &Caller,
    id: &str,
    wish: Wish,
    key: Option<RequestKey>,
    context: &RequestContext,
) -> Result<Response, ApiProblem> {
    let follower = command::writer(caller)?.account;
    let change = ChangeFollow { follower, followee: parse::account_id(id)?, wish, original_time: None };
    let method = command::method(wish);
    let key = command::idempotency(key, &format!("{method} /v1/accounts/{id}/follow"), &[]);
    let execution = command::execution(follower, context, key);
    command::done(state.ready()?, execution, change).await
}
