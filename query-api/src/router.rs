//! Every route of the read API, with its documentation.

use axum::Router;
use axum::extract::FromRef;
use http_kit::{Limits, lineage};
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;

use crate::{
    AppState, accounts, catalog, contracts, documents, exports, messages, moderation, notifications,
    projections, tags, timeline,
};

#[derive(OpenApi)]
#[openapi(tags(
    (name = "messages", description = "What accounts post, and what others make of it."),
    (name = "accounts", description = "Who posts, and who follows whom."),
    (name = "sessions", description = "Logging in and out, what guards that, and the keys of the tokens."),
    (name = "oidc", description = "Logging in at OpenID providers, and what is linked to an account."),
    (name = "tokens", description = "Personal tokens, for scripts."),
    (name = "registrations", description = "Who may register, where not everybody may."),
    (name = "timeline", description = "What those whom the caller follows posted."),
    (name = "notifications", description = "What others did to the caller."),
    (name = "moderation", description = "Reports, and what moderators decide."),
    (name = "data", description = "The data set, for analysts."),
    (name = "import", description = "Accounts and their history from elsewhere."),
    (name = "system", description = "How far the data is."),
))]
struct Described;

/// The routes, all of them for GET (and with it HEAD), without fallbacks: a process that also takes commands merges the
/// dispatcher's methods into the same paths. The limits are those per caller.
pub fn router(state: AppState, limits: &Limits) -> Router {
    let (log, identity) = (state.log.clone(), FromRef::from_ref(&state));
    let queries = Router::from(queries()).with_state(state.clone());
    // It says why the others do not answer.
    let projections = Router::from(projections::routes()).with_state(state.clone());
    // Whatever the log is, the contract and the documents are the same.
    let contracts = Router::from(contracts::routes()).with_state(state);
    let routes = lineage::announce(lineage::guard(queries).merge(projections), log)
        .merge(contracts)
        .merge(documents::routes());
    http_kit::limit_callers(routes, identity, &openapi(), limits)
}

/// Paths and schemas; title, servers and security schemes come with the whole document.
#[must_use]
pub fn openapi() -> utoipa::openapi::OpenApi {
    OpenApiRouter::with_openapi(Described::openapi())
        .merge(queries())
        .merge(projections::routes())
        .merge(contracts::routes())
        .into_openapi()
}

fn queries() -> OpenApiRouter<AppState> {
    OpenApiRouter::default()
        .merge(messages::routes())
        .merge(tags::routes())
        .merge(accounts::routes())
        .merge(timeline::routes())
        .merge(notifications::routes())
        .merge(moderation::routes())
        .merge(catalog::routes())
        .merge(exports::routes())
}
