//! The second factor of a log-in: a code of an authenticator (RFC 6238), or a recovery code.
//!
//! It is enrolled with the password, asked for once a code has shown that the authenticator has the secret, and taken
//! away with the password again.

mod confirm_second_factor;
mod disable_second_factor;
mod enrol_second_factor;
mod get_second_factor;

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::header::CACHE_CONTROL;
use http::{HeaderValue, StatusCode};
use serde::Serialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::State;

pub(super) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::default()
        .routes(routes!(get_second_factor::get_second_factor, enrol_second_factor::enrol_second_factor))
        .routes(routes!(confirm_second_factor::confirm_second_factor))
        .routes(routes!(disable_second_factor::disable_second_factor))
}

/// What nobody may keep in between.
fn private(status: StatusCode, body: impl Serialize) -> Response {
    let no_store = [(CACHE_CONTROL, HeaderValue::from_static("no-store"))];
    (status, no_store, Json(body)).into_response()
}
