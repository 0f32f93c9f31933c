//! Every route of the command API.

use axum::Router;
use axum::routing::{delete, get, patch, post, put};
use http_kit::{lineage, query};

use crate::accounts::{change_profile, deactivate_account, register_account};
use crate::graph::{follow_account, unfollow_account};
use crate::imports::import_lines;
use crate::messages::{delete_message, edit_message, post_message};
use crate::notifications::mark_notifications_read;
use crate::reactions::{like_message, repost_message, unlike_message, unrepost_message};
use crate::sessions::{create_session, end_session, get_jwks, refresh_session};
use crate::state::State;

/// The routes, without fallbacks and but for the keys without GET: a process that also answers queries merges the query API's methods
/// into the same paths.
pub fn router(state: State) -> Router {
    let log = state.clone();
    let router = Router::new()
        .route("/v1/messages", post(post_message))
        .route("/v1/import", post(import_lines))
        .route("/v1/messages/{id}", patch(edit_message).delete(delete_message))
        .route("/v1/messages/{id}/like", put(like_message).delete(unlike_message))
        .route("/v1/messages/{id}/repost", put(repost_message).delete(unrepost_message))
        .route("/v1/accounts", post(register_account))
        .route("/v1/accounts/me", patch(change_profile).delete(deactivate_account))
        .route("/v1/accounts/{id}/follow", put(follow_account).delete(unfollow_account))
        .route("/v1/notifications/read", put(mark_notifications_read))
        .route("/v1/sessions", post(create_session))
        .route("/v1/sessions/refresh", post(refresh_session))
        .route("/v1/sessions/current", delete(end_session));
    let router =
        query::refuse_parameters(router).route("/.well-known/jwks.json", get(get_jwks)).with_state(state);
    lineage::announce(lineage::guard(router), log)
}
