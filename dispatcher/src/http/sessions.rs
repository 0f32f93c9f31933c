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
pub(super) mod name;
mod refresh_session;

use axum::response::Response;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::State;
use crate::auth::{LoggedIn, access_token, session_tokens};
use crate::refusal::Refusal;

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

/// The answer to a log-in, however it was done.
pub(super) fn logged_in(state: &State, logged_in: LoggedIn) -> Result<Response, Refusal> {
    let LoggedIn { refresh_token, device, roles } = logged_in;
    metrics::counter!("dispatcher_logins_total", "outcome" => "done").increment(1);
    let access_token = access_token(state.signing_keys(), &refresh_token, roles)?;
    Ok(session_tokens(access_token, &refresh_token, device.as_ref()))
}

/// The one route that is a query. It takes parameters and does not look at them, as caches add some.
pub(super) fn keys() -> OpenApiRouter<State> {
    OpenApiRouter::default().routes(routes!(get_jwks::get_jwks))
}
