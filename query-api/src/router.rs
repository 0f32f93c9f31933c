//! Every route of the read API.

use axum::Router;
use axum::routing::get;
use http_kit::lineage;

use crate::accounts::{
    get_account, get_account_by_handle, get_own_account, list_followers, list_following, list_liked,
};
use crate::messages::{
    get_counts, get_history, get_message, get_thread, list_likes, list_messages, list_replies, list_reposts,
};
use crate::notifications::list_notifications;
use crate::projections::list_projections;
use crate::timeline::{get_timeline, get_updates, list_account_items};
use crate::{AppState, openapi};

/// The routes, all of them for GET (and with it HEAD), without fallbacks: a process that also takes commands merges the
/// dispatcher's methods into the same paths.
pub fn router(state: AppState) -> Router {
    let log = state.log.clone();
    let queries = Router::new()
        .route("/v1/messages", get(list_messages))
        .route("/v1/messages/counts", get(get_counts))
        .route("/v1/messages/{id}", get(get_message))
        .route("/v1/messages/{id}/history", get(get_history))
        .route("/v1/messages/{id}/likes", get(list_likes))
        .route("/v1/messages/{id}/replies", get(list_replies))
        .route("/v1/messages/{id}/reposts", get(list_reposts))
        .route("/v1/messages/{id}/thread", get(get_thread))
        .route("/v1/accounts/me", get(get_own_account))
        .route("/v1/accounts/by-handle/{handle}", get(get_account_by_handle))
        .route("/v1/accounts/{id}", get(get_account))
        .route("/v1/accounts/{id}/followers", get(list_followers))
        .route("/v1/accounts/{id}/following", get(list_following))
        .route("/v1/accounts/{id}/likes", get(list_liked))
        .route("/v1/notifications", get(list_notifications))
        .route("/v1/accounts/{id}/messages", get(list_account_items))
        .route("/v1/timeline", get(get_timeline))
        .route("/v1/timeline/updates", get(get_updates))
        .with_state(state.clone());
    // This one says why the others do not answer.
    let projections = Router::new().route("/v1/projections", get(list_projections)).with_state(state);
    lineage::announce(lineage::guard(queries).merge(projections), log)
        .route("/openapi.json", get(openapi::document))
        .route("/asyncapi.yaml", get(openapi::events))
        .route("/docs/errors", get(openapi::errors))
        .merge(openapi::browser())
}
