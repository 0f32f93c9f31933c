//! The command API's part of the OpenAPI document.

use utoipa::OpenApi;

#[derive(OpenApi)]
#[openapi(paths(
    crate::messages::post_message::post_message,
    crate::messages::edit_message::edit_message,
    crate::messages::delete_message::delete_message,
    crate::messages::import_messages::import_messages,
))]
struct Commands;

/// Paths and schemas; title, servers and security schemes come with the whole document.
#[must_use]
pub fn openapi() -> utoipa::openapi::OpenApi {
    Commands::openapi()
}
