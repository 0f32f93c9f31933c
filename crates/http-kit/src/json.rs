//! Reads a JSON body strictly: what is not exactly right is refused with a reason.
//!
//! There is no lenient mode. A field that we do not know may be one that the caller relies on, and a body that two
//! parsers read differently (duplicate fields, broken UTF-8) has no meaning that an event could keep.

mod body;
mod refusal;

use api_types::codes;
use axum::extract::{FromRequest, Request};
use bytes::Bytes;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

use crate::content;
use crate::context::RequestContext;
use crate::limits::BodyLimits;
use crate::problem::ApiProblem;

/// A body that was acceptable, and its bytes.
///
/// `T` has to carry `#[serde(deny_unknown_fields)]`: serde leaves that choice to the type, and so it cannot be made
/// here.
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
        content::require(request.headers(), "application/json")?;
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

/// Every body here is an object. serde would also read a struct from an array, by the order of its fields in our code.
fn require_object(bytes: &[u8]) -> Result<(), ApiProblem> {
    let malformed = |detail| Err(ApiProblem::new(codes::MALFORMED_JSON).detail(detail));
    match bytes {
        [0xef, 0xbb, 0xbf, ..] => {
            malformed("The body begins with a byte order mark (U+FEFF). Send UTF-8 without one.")
        }
        [0xfe, 0xff, ..] | [0xff, 0xfe, ..] => malformed("The body is UTF-16. Send UTF-8."),
        _ => match bytes.iter().find(|byte| !matches!(byte, b' ' | b'\t' | b'\r' | b'\n')) {
            Some(b'{') => Ok(()),
            Some(_) => malformed("The body must be a JSON object."),
            None => malformed("The body is empty."),
        },
    }
}
