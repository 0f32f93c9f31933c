//! Commands on messages.

mod delete_message;
mod edit_message;
pub(super) mod parse;
mod post_message;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::State;

pub(super) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::default()
        .routes(routes!(post_message::post_message))
        .routes(routes!(edit_message::edit_message, delete_message::delete_message))
}
