//! Every route of the relay, with its documentation.

use axum::Router;
use axum::extract::FromRef;
use http_kit::{Limits, lineage};
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;

use crate::{AppState, events, schemas};

#[derive(OpenApi)]
#[openapi(tags((name = "events", description = "The events themselves, for consumers, and their schemas.")))]
struct Described;

/// The routes, all of them for GET (and with it HEAD), without fallbacks. The limits are those per caller.
pub fn router(state: AppState, limits: &Limits) -> Router {
    let (log, identity) = (state.clone(), FromRef::from_ref(&state));
    let events = Router::from(events::routes()).with_state(state.clone());
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
        .into_openapi()
}
