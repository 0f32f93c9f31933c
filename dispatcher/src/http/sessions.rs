//! Logging in, staying logged in, logging out; and the keys that say so.
//!
//! ```text
//!   POST /v1/sessions          handle, password ─▶ log: whose handle? active? ─▶ credentials: hash ─▶ argon2id ─▶ tokens
//!   POST /v1/sessions/refresh  refresh token ─▶ log: active? ─▶ sessions: rotate ─▶ tokens
//!   DELETE /v1/sessions…, a new password, deactivation ─▶ sessions: end ─▶ revocations
//! ```
//!
//! Nothing of this is an event: a session is no fact of the microblog. Access tokens are not looked up anywhere; what
//! is void of them, every service knows within seconds.

mod create_session;
mod end_all_sessions;
mod end_current_session;
mod end_session;
mod get_jwks;
mod list_sessions;
mod name;
mod refresh_session;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::State;

pub(super) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::default()
        .routes(routes!(
            create_session::create_session,
            list_sessions::list_sessions,
            end_all_sessions::end_all_sessions
        ))
        .routes(routes!(refresh_session::refresh_session))
        .routes(routes!(end_current_session::end_current_session))
        .routes(routes!(end_session::end_session))
}

/// The one route that is a query. It takes parameters and does not look at them, as caches add some.
pub(super) fn keys() -> OpenApiRouter<State> {
    OpenApiRouter::default().routes(routes!(get_jwks::get_jwks))
}
