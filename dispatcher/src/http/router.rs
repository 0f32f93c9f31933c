//! Every route of the command API, with its documentation.

use axum::Router;
use axum::extract::FromRef;
use http_kit::{Limits, lineage, query};
use utoipa_axum::router::OpenApiRouter;

use super::{accounts, graph, imports, messages, notifications, reactions, sessions};
use crate::State;

/// The routes, without fallbacks, and without GET except for the keys: a process that also answers queries merges the
/// query API's methods into the same paths. The limits are those per caller.
pub fn router(state: State, limits: &Limits) -> Router {
    let (log, identity) = (state.clone(), FromRef::from_ref(&state));
    let (commands, keys) = (Router::from(commands()), Router::from(sessions::keys()));
    let router = query::refuse_parameters(commands).merge(keys).with_state(state);
    let router = lineage::announce(lineage::guard(router), log);
    http_kit::limit_callers(router, identity, &openapi(), limits)
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
        .merge(sessions::routes())
}
