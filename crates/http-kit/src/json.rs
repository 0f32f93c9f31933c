//! Reads a JSON body strictly: what is not exactly right is refused with a reason.
//!
//! There is no lenient mode. A field that we do not know may be one that the caller relies on, and a body that two
//! parsers read differently (duplicate fields, broken UTF-8) has no meaning that an event could keep.

mod body;
mod refusal;

use api_types::codes;
use axum::extract::{FromRequest, Request};
use bytes::Bytes;
use http::HeaderMap;
use http::header::CONTENT_TYPE;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

use crate::context::RequestContext;
use crate::limits::BodyLimits;
use crate::problem::ApiProblem;

/// A body that was acceptable, and its bytes.
///
/// `T` has to carry `#[serde(deny_unknown_fields)]`: serde leaves that choice to the type, and so it cannot be made here.
#[derive(Debug, Clone)]
pub struct StrictJson<T> {
    pub value: T,
    pub bytes: Bytes,
}

impl<T> StrictJson<T> {
    /// The SHA-256 of the body's bytes: what tells a repeated request from another one under the same key.
    #[must_use]
    pub fn sha256(&self) -> [u8; 32] {
        Sha256::digest(&self.bytes).into()
    }
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for StrictJson<T> {
    type Rejection = ApiProblem;

    async fn from_request(request: Request, _state: &S) -> Result<Self, ApiProblem> {
        require_json(request.headers())?;
        let limits = body_limits(&request);
        let bytes = body::read(request, limits).await?;
        Ok(Self { value: parse(&bytes)?, bytes })
    }
}

/// Reads one object as strictly as [`StrictJson`] does, for bodies that hold many.
///
/// # Errors
/// The same as those of a body.
pub fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, ApiProblem> {
    require_object(bytes)?;
    serde_json::from_slice(bytes).map_err(|error| refusal::explain::<T>(bytes, &error))
}

/// A route's own limits, set with `axum::Extension`, go before those of the server.
fn body_limits(request: &Request) -> BodyLimits {
    let extensions = request.extensions();
    let of_route = extensions.get::<BodyLimits>().copied();
    of_route
        .or_else(|| extensions.get::<RequestContext>().map(RequestContext::body_limits))
        .unwrap_or_default()
}

fn require_json(headers: &HeaderMap) -> Result<(), ApiProblem> {
    let mut values = headers.get_all(CONTENT_TYPE).iter();
    match (values.next().map(|value| value.to_str()), values.next()) {
        (Some(Ok(value)), None) if is_json(value) => Ok(()),
        _ => Err(ApiProblem::new(codes::WRONG_CONTENT_TYPE).closing()),
    }
}

/// Every body here is an object. serde would also read a struct from an array, by the order of its fields in our code.
fn require_object(bytes: &[u8]) -> Result<(), ApiProblem> {
    match bytes.iter().find(|byte| !matches!(byte, b' ' | b'\t' | b'\r' | b'\n')) {
        Some(b'{') => Ok(()),
        Some(_) => Err(ApiProblem::new(codes::MALFORMED_JSON).detail("The body must be a JSON object.")),
        None => Err(ApiProblem::new(codes::MALFORMED_JSON).detail("The body is empty.")),
    }
}

/// `application/json`, alone or in UTF-8, which is the only encoding that RFC 8259 leaves.
fn is_json(content_type: &str) -> bool {
    let mut parts = content_type.split(';').map(str::trim);
    let is_json = parts.next().is_some_and(|kind| kind.eq_ignore_ascii_case("application/json"));
    is_json && parts.all(|parameter| parameter.is_empty() || is_utf8_charset(parameter))
}

fn is_utf8_charset(parameter: &str) -> bool {
    parameter.split_once('=').is_some_and(|(name, value)| {
        name.eq_ignore_ascii_case("charset") && value.trim_matches('"').eq_ignore_ascii_case("utf-8")
    })
}

#[cfg(test)]
mod tests {
    use super::is_json;

    #[test]
    fn only_json_in_utf8_is_json() {
        for accepted in [
            "application/json",
            "Application/JSON",
            "application/json; charset=utf-8",
            "application/json;charset=\"UTF-8\"",
            "application/json;",
        ] {
            assert!(is_json(accepted), "{accepted} was refused");
        }
        for refused in [
            "",
            "text/plain",
            "application/jsonp",
            "application/json; charset=latin1",
            "application/json; boundary=x",
            "text/plain; application/json",
        ] {
            assert!(!is_json(refused), "{refused} was accepted");
        }
    }
}
