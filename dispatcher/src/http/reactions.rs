//! Commands on what accounts do to messages.

mod bookmark_message;
mod change_reaction;
mod like_message;
mod repost_message;
mod unbookmark_message;
mod unlike_message;
mod unrepost_message;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::State;

pub(super) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::default()
        .routes(routes!(like_message::like_message, unlike_message::unlike_message))
        .routes(routes!(repost_message::repost_message, unrepost_message::unrepost_message))
        .routes(routes!(bookmark_message::bookmark_message, unbookmark_message::unbookmark_message))
}
