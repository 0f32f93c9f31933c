//! Reads `Idempotency-Key`, under which a caller may safely repeat a command.

use api_types::codes;
use axum::extract::FromRequestParts;
use http::HeaderName;
use http::request::Parts;

use crate::problem::ApiProblem;

pub const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

const CHARS_MAX: usize = 255;

/// The caller's key, where it sent one. It means nothing to us and is compared byte by byte.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct IdempotencyKey(pub Option<String>);

impl<S: Send + Sync> FromRequestParts<S> for IdempotencyKey {
    type Rejection = ApiProblem;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, ApiProblem> {
        let mut keys = parts.headers.get_all(IDEMPOTENCY_KEY).iter();
        let Some(key) = keys.next() else { return Ok(Self(None)) };
        if keys.next().is_some() {
            return Err(ApiProblem::new(codes::IDEMPOTENCY_KEY_INVALID).detail("The header was given twice."));
        }
        match key.to_str() {
            // `to_str` lets tabs and spaces through, besides visible ASCII.
            Ok(key) if (1..=CHARS_MAX).contains(&key.len()) && !key.contains('\t') => {
                Ok(Self(Some(key.to_owned())))
            }
            _ => {
                let detail = format!("A key has 1 to {CHARS_MAX} printable ASCII characters.");
                Err(ApiProblem::new(codes::IDEMPOTENCY_KEY_INVALID).detail(detail))
            }
        }
    }
}
