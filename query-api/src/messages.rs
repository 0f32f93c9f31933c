//! Messages: lists, searches, counts, one of them, its editions, and what others made of it, and the caller's bookmarks.

pub(crate) mod dates;
pub(crate) mod filter;
mod get_counts;
mod get_history;
mod get_message;
mod get_thread;
mod list_bookmarks;
mod list_likes;
mod list_messages;
mod list_replies;
mod list_reposts;
mod search_messages;

pub(crate) use list_messages::ListMessages;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::AppState;

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::default()
        .routes(routes!(get_counts::get_counts))
        .routes(routes!(get_history::get_history))
        .routes(routes!(get_message::get_message))
        .routes(routes!(get_thread::get_thread))
        .routes(routes!(list_bookmarks::list_bookmarks))
        .routes(routes!(list_likes::list_likes))
        .routes(routes!(list_messages::list_messages))
        .routes(routes!(list_replies::list_replies))
        .routes(routes!(list_reposts::list_reposts))
        .routes(routes!(search_messages::search_messages))
}
