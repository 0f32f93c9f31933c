//! By which address this system is reached: a catalogue travels on as a file, so its addresses have to be whole.

use api_types::codes;
use axum::extract::FromRequestParts;
use http::HeaderName;
use http::header::HOST;
use http::request::Parts;
use http::uri::Authority;
use http_kit::ApiProblem;

use crate::AppState;

const X_FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// Without a slash at its end.
///
/// Where nothing is configured it is what the request says of itself. Whoever lies there is shown its own lie: answers are
/// kept for nobody else (`Cache-Control: private`).
#[derive(Debug, Clone)]
pub(super) struct PublicUrl(pub(super) String);

impl FromRequestParts<AppState> for PublicUrl {
    type Rejection = ApiProblem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, ApiProblem> {
        let settings = &state.catalog;
        if let Some(url) = &settings.public_url {
            return Ok(Self(url.clone()));
        }
        let host = match parts.uri.authority() {
            Some(authority) => Some(authority.clone()),
            None => parts.headers.get(HOST).and_then(|host| Authority::try_from(host.as_bytes()).ok()),
        };
        let host = host.filter(|host| !host.as_str().is_empty() && !host.as_str().contains('@')).ok_or_else(
            || ApiProblem::new(codes::INVALID_HEADER).field("Host", "expected the name of this system"),
        )?;
        let is_encrypted = settings.is_encrypted
            || parts.headers.get(X_FORWARDED_PROTO).is_some_and(|scheme| scheme == "https");
        let scheme = if is_encrypted { "https" } else { "http" };
        Ok(Self(format!("{scheme}://{host}")))
    }
}
