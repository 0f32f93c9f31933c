//! The command API's part of the OpenAPI document.

use utoipa::OpenApi;

#[derive(OpenApi)]
#[openapi(paths(
    crate::messages::post_message::post_message,
    crate::messages::edit_message::edit_message,
    crate::messages::delete_message::delete_message,
    crate::messages::import_messages::import_messages,
    crate::reactions::like_message::like_message,
    crate::reactions::unlike_message::unlike_message,
    crate::reactions::repost_message::repost_message,
    crate::reactions::unrepost_message::unrepost_message,
    crate::accounts::register_account::register_account,
    crate::accounts::change_profile::change_profile,
    crate::accounts::deactivate_account::deactivate_account,
    crate::graph::follow_account::follow_account,
    crate::graph::unfollow_account::unfollow_account,
    crate::notifications::mark_notifications_read::mark_notifications_read,
    crate::sessions::create_session::create_session,
    crate::sessions::refresh_session::refresh_session,
    crate::sessions::end_session::end_session,
    crate::sessions::jwks::get_jwks,
))]
struct Commands;

/// Paths and schemas; title, servers and security schemes come with the whole document.
#[must_use]
pub fn openapi() -> utoipa::openapi::OpenApi {
    Commands::openapi()
}
