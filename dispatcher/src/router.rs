//! Every route of the command API.

use axum::Router;
use axum::routing::{patch, post};

use crate::messages::{delete_message, edit_message, import_messages, post_message};
use crate::state::State;

/// The routes without GET and without fallbacks: a process that also answers queries merges the query API's methods
/// into the same paths.
pub fn router(state: State) -> Router {
    Router::new()
        .route("/v1/messages", post(post_message))
        .route("/v1/messages:import", post(import_messages))
        .route("/v1/messages/{id}", patch(edit_message).delete(delete_message))
        .with_state(state)
}
