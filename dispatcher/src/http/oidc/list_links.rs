//! `GET /v1/accounts/me/oidc`.

use api_types::oidc::OidcLink;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use http_kit::Reader;

use super::{private, shown};
use crate::http::command;
use crate::refusal::Refusal;

/// Lists the log-ins at OpenID providers that open the caller's account, the oldest first.
///
/// There are at most 8. Only for somebody who logged in.
#[utoipa::path(
    get, path = "/v1/accounts/me/oidc", tag = "oidc",
    responses(
        (status = 200, description = "Maybe none", body = Vec<OidcLink>),
    ),
    security(("bearer" = [])),
    extensions(("x-problems" = json!(["session-required"]))),
)]
pub(crate) async fn list_oidc_links(
    State(state): State<crate::State>,
    Reader(caller): Reader,
) -> Result<Response, Refusal> {
    caller.require_session()?;
    let ready = state.ready()?;
    let links = ready.credential_store().oidc_links.list(command::actor(&caller)?.account).await?;
    Ok(private(StatusCode::OK, links.into_iter().map(shown).collect::<Vec<_>>()))
}
