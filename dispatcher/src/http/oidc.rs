//! Logging in, registering and linking at OpenID providers. What happens in between is in `crate::auth`.

mod begin_authorization;
mod create_session;
mod link;
mod list_links;
mod list_providers;
mod prove_login;
mod register_account;
mod unlink;

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::header::CACHE_CONTROL;
use http::{HeaderValue, StatusCode};
use serde::Serialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::State;
use crate::credential_store;

pub(super) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::default()
        .routes(routes!(list_providers::list_oidc_providers))
        .routes(routes!(begin_authorization::begin_oidc_authorization))
        .routes(routes!(prove_login::prove_oidc_login))
        .routes(routes!(create_session::create_oidc_session))
        .routes(routes!(register_account::register_oidc_account))
        .routes(routes!(list_links::list_oidc_links, link::link_oidc))
        .routes(routes!(unlink::unlink_oidc))
}

/// What nobody may keep in between.
fn private(status: StatusCode, body: impl Serialize) -> Response {
    let no_store = [(CACHE_CONTROL, HeaderValue::from_static("no-store"))];
    (status, no_store, Json(body)).into_response()
}

fn shown(link: credential_store::OidcLink) -> api_types::oidc::OidcLink {
    let credential_store::OidcLink { subject, provider, linked_at } = link;
    api_types::oidc::OidcLink { id: subject.as_str().to_owned(), provider, linked_at }
}
