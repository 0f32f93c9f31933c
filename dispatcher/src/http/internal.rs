//! What other services of the installation ask, and the public must not reach.

mod get_revocations;

use axum::Router;
use axum::routing::get;

use crate::State;

pub(super) fn routes() -> Router<State> {
    Router::new().route("/internal/revocations", get(get_revocations::get_revocations))
}
