//! Every route of the relay, with its documentation.

use axum::Router;
use axum::extract::FromRef;
use http_kit::{Limits, lineage, query};
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;

use crate::{AppState, events, schemas, webhooks};

#[derive(OpenApi)]
#[openapi(tags(
    (name = "events", description = "The events themselves, for consumers, and their schemas."),
    (name = "webhooks", description = "Events sent to addresses that operators name.")
))]
struct Described;

/// The routes, without fallbacks. The limits are those per caller.
pub fn router(state: AppState, limits: &Limits) -> Router {
    let (log, identity) = (state.clone(), FromRef::from_ref(&state));
    let webhooks = query::refuse_parameters(Router::from(webhooks::routes()));
    let events = Router::from(events::routes()).merge(webhooks).with_state(state.clone());
    // What a type is depends on no log.
    let schemas = Router::from(schemas::routes()).with_state(state);
    let routes = lineage::announce(lineage::guard(events).merge(schemas), log);
    http_kit::limit_callers(routes, identity, &openapi(), limits)
}

/// Paths and schemas; title, servers and security schemes come with the whole document.
#[must_use]
pub fn openapi() -> utoipa::openapi::OpenApi {
    OpenApiRouter::with_openapi(Described::openapi())
        .merge(events::routes())
        .merge(schemas::routes())
        .merge(webhooks::routes())
        .into_openapi()
}
