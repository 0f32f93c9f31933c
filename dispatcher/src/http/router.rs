//! Every route of the command API, with its documentation.

use axum::Router;
use http_kit::{lineage, query};
use utoipa_axum::router::OpenApiRouter;

use super::{accounts, graph, imports, messages, moderation, notifications, reactions, sessions};
use crate::State;

/// The routes, without fallbacks, and without GET except for the keys: a process that also answers queries merges the
/// query API's methods into the same paths.
pub fn router(state: State) -> Router {
    let log = state.clone();
    let (commands, keys) = (Router::from(commands()), Router::from(sessions::keys()));
    let router = query::refuse_parameters(commands).merge(keys).with_state(state);
    lineage::announce(lineage::guard(router), log)
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
        .merge(sessions::routes())
}
