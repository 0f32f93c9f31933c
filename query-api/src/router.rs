//! Every route of the read API, with its documentation.

use axum::Router;
use http_kit::lineage;
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;

use crate::{AppState, accounts, documents, messages, notifications, projections, timeline};

#[derive(OpenApi)]
#[openapi(tags(
    (name = "messages", description = "What accounts post, and what others make of it."),
    (name = "accounts", description = "Who posts, and who follows whom."),
    (name = "sessions", description = "Logging in and out, and the keys of the tokens."),
    (name = "timeline", description = "What those whom the caller follows posted."),
    (name = "notifications", description = "What others did to the caller."),
    (name = "import", description = "Accounts and their history from elsewhere."),
    (name = "system", description = "How far the data is."),
))]
struct Described;

/// The routes, all of them for GET (and with it HEAD), without fallbacks: a process that also takes commands merges the
/// dispatcher's methods into the same paths.
pub fn router(state: AppState) -> Router {
    let log = state.log.clone();
    let queries = Router::from(queries()).with_state(state.clone());
    // It says why the others do not answer.
    let projections = Router::from(projections::routes()).with_state(state);
    lineage::announce(lineage::guard(queries).merge(projections), log).merge(documents::routes())
}

/// Paths and schemas; title, servers and security schemes come with the whole document.
#[must_use]
pub fn openapi() -> utoipa::openapi::OpenApi {
    OpenApiRouter::with_openapi(Described::openapi())
        .merge(queries())
        .merge(projections::routes())
        .into_openapi()
}

fn queries() -> OpenApiRouter<AppState> {
    OpenApiRouter::default()
        .merge(messages::routes())
        .merge(accounts::routes())
        .merge(timeline::routes())
        .merge(notifications::routes())
}
