//! The description of the read API, and the browser for the description of both APIs.

use axum::Router;
use axum::response::IntoResponse;
use http::header::CONTENT_TYPE;
use serde::Deserialize;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::{IntoParams, Modify, OpenApi};
use utoipa_swagger_ui::{Config, SwaggerUi};

/// Both APIs in one document, generated and checked in.
const DOCUMENT: &str = include_str!("../../docs/openapi.json");
const EVENTS: &str = include_str!("../../docs/asyncapi.yaml");
const ERRORS: &str = include_str!("../../docs/ERRORS.md");

#[derive(OpenApi)]
#[openapi(
    info(title = "Rookery", description = "An event-sourced microblog."),
    paths(
        crate::messages::list_messages::list_messages,
        crate::messages::get_counts::get_counts,
        crate::messages::get_message::get_message,
        crate::messages::get_history::get_history,
        crate::messages::get_thread::get_thread,
        crate::messages::list_replies::list_replies,
        crate::messages::list_likes::list_likes,
        crate::messages::list_reposts::list_reposts,
        crate::accounts::get_account::get_account,
        crate::accounts::get_account_by_handle::get_account_by_handle,
        crate::accounts::get_own_account::get_own_account,
        crate::accounts::list_followers::list_followers,
        crate::accounts::list_following::list_following,
        crate::accounts::list_liked::list_liked,
        crate::notifications::list_notifications::list_notifications,
        crate::timeline::get_timeline::get_timeline,
        crate::timeline::get_updates::get_updates,
        crate::timeline::list_account_items::list_account_items,
        crate::projections::list_projections::list_projections,
    ),
    modifiers(&Bearer),
    tags((name = "messages"), (name = "accounts"), (name = "timeline"), (name = "notifications"), (name = "import"), (name = "system")),
)]
struct ReadApi;

struct Bearer;

impl Modify for Bearer {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        let components = openapi.components.get_or_insert_default();
        components.add_security_scheme("bearer", SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer)));
    }
}

/// The read API's own description, from the code.
#[must_use]
pub fn openapi() -> utoipa::openapi::OpenApi {
    ReadApi::openapi()
}

/// Serves the checked-in description of both APIs.
pub(crate) async fn document() -> impl IntoResponse {
    ([(CONTENT_TYPE, "application/json")], DOCUMENT)
}

/// What the events are, for consumers of the log.
pub(crate) async fn events() -> impl IntoResponse {
    ([(CONTENT_TYPE, "application/yaml")], EVENTS)
}

/// What each error code means; the `type` of every problem points here.
pub(crate) async fn errors() -> impl IntoResponse {
    ([(CONTENT_TYPE, "text/markdown; charset=utf-8")], ERRORS)
}

/// A browser for the description, without anything from elsewhere.
pub(crate) fn browser() -> Router {
    SwaggerUi::new("/docs").config(Config::from("/openapi.json")).into()
}

/// The query of an operation that takes no parameters.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NoParameters {}

/// The headers that every query takes.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "it only describes")]
pub(crate) struct ReadHeaders {
    /// Answer from data that reflects at least this position.
    #[param(rename = "Await-Position", minimum = 1)]
    await_position: Option<i64>,
    /// `wait=<seconds>`: how long to wait for it, 2 by default, at most 30.
    #[param(rename = "Prefer", example = "wait=5")]
    prefer: Option<String>,
    /// 304 where the answer would be the same.
    #[param(rename = "If-None-Match")]
    if_none_match: Option<String>,
}
