//! The command API's part of the OpenAPI document.

use utoipa::{IntoParams, OpenApi};

#[derive(OpenApi)]
#[openapi(paths(
    crate::messages::post_message::post_message,
    crate::messages::edit_message::edit_message,
    crate::messages::delete_message::delete_message,
    crate::imports::import_lines::import_lines,
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

/// The header that every command takes.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "it only describes")]
pub(crate) struct CommandHeaders {
    /// For at least 24 hours the same key with the same request gives the same answer, and no second event. An import
    /// takes it for the lines that have no key of their own.
    #[param(rename = "Idempotency-Key", min_length = 1, max_length = 255, pattern = "^[ -~]*$")]
    idempotency_key: Option<String>,
}

// Codes of rules that several commands may break, for `x-problems`: what an operation refuses beside what all operations
// of its kind refuse.
pub(crate) const TEXT_RULES: [&str; 3] =
    ["TextMustNotBeEmpty", "TextMustNotBeTooLong", "TextMustNotContainNul"];
pub(crate) const TAG_RULES: [&str; 4] = [
    "TagMustNotBeEmpty",
    "TagMustNotBeTooLong",
    "TagMustNotContainReservedCharacters",
    "TagsMustNotBeTooMany",
];
pub(crate) const HANDLE_AND_NAME_RULES: [&str; 4] = [
    "HandleMustBeWellFormed",
    "DisplayNameMustNotBeEmpty",
    "DisplayNameMustNotBeTooLong",
    "DisplayNameMustNotContainControlCharacters",
];
pub(crate) const BIO_RULES: [&str; 2] = ["BioMustNotBeTooLong", "BioMustNotContainControlCharacters"];
