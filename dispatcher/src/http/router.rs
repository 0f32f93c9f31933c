//! Every route of the command API, with its documentation.

use axum::Router;
use axum::extract::FromRef;
use axum::middleware::from_fn_with_state;
use http_kit::{Limits, lineage, query};
use utoipa_axum::router::OpenApiRouter;

use super::{
    accounts, email, graph, imports, internal, messages, moderation, notifications, oidc, reactions,
    registrations, second_factor, sessions, tokens, visible,
};
use crate::State;

/// The routes, without fallbacks. GET is taken where the query API has no such path: a process that also answers queries
/// merges the query API's methods into the others. The limits are those per caller.
pub fn router(state: State, limits: &Limits) -> Router {
    let (log, identity) = (state.clone(), FromRef::from_ref(&state));
    let (commands, keys) = (Router::from(commands()), Router::from(sessions::keys()));
    let until_visible = from_fn_with_state((state.clone(), limits.request_deadline), visible::until_visible);
    let router = query::refuse_parameters(commands).merge(keys).with_state(state).route_layer(until_visible);
    let router = lineage::announce(lineage::guard(router), log);
    http_kit::limit_callers(router, identity, &openapi(), limits)
}

/// What other services of the installation ask. Merge it after [`http_kit::standard()`], beside the routes of
/// operations, and never where the public can reach it.
pub fn internal_routes(state: State) -> Router {
    internal::routes().with_state(state)
}

/// Paths and schemas; title, servers and security schemes come with the whole document.
#[must_use]
pub fn openapi() -> utoipa::openapi::OpenApi {
    commands().merge(sessions::keys()).into_openapi()
}

fn commands() -> OpenApiRouter<State> {
    OpenApiRouter::default()
        .merge(messages::routes())
        .merge(imports::routes())
        .merge(reactions::routes())
        .merge(accounts::routes())
        .merge(graph::routes())
        .merge(notifications::routes())
        .merge(moderation::routes())
        .merge(registrations::routes())
        .merge(sessions::routes())
        .merge(tokens::routes())
        .merge(second_factor::routes())
        .merge(email::routes())
        .merge(oidc::routes())
}
