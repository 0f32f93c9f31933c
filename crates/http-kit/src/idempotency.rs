//! Reads `Idempotency-Key`, under which a caller may safely repeat a command.

use api_types::codes;
use axum::extract::FromRequestParts;
use http::header::IF_MATCH;
use http::request::Parts;
use http::{HeaderMap, HeaderName};

use crate::etag;
use crate::problem::ApiProblem;

pub const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

const CHARS_MAX: usize = 255;

/// What of a header is compared.
type Meaning = fn(&HeaderMap) -> Vec<u8>;

/// The headers that change what a command means, each with what of it is compared: spellings that its parser takes for
/// the same are the same. All others say who asks, how the answer is to look, or what log is meant, which is checked
/// before.
const MEANINGFUL: [(HeaderName, Meaning); 1] = [(IF_MATCH, etag::meaning_of_if_match)];

/// The caller's key, where it sent one.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct IdempotencyKey(pub Option<RequestKey>);

/// A key, and what belongs to its request besides operation and body.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct RequestKey {
    /// It means nothing to us and is compared byte by byte.
    pub key: String,
    /// The query and the headers that change the meaning, each ended by a NUL, which none of them can hold.
    pub head: Vec<u8>,
}

fn head(parts: &Parts) -> Vec<u8> {
    let mut head = parts.uri.query().unwrap_or_default().as_bytes().to_vec();
    head.push(0);
    for (_name, meaning) in MEANINGFUL {
        head.extend(meaning(&parts.headers));
        head.push(0);
    }
    head
}

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
                Ok(Self(Some(RequestKey { key: key.to_owned(), head: head(parts) })))
            }
            _ => {
                let detail = format!("A key has 1 to {CHARS_MAX} printable ASCII characters.");
                Err(ApiProblem::new(codes::IDEMPOTENCY_KEY_INVALID).detail(detail))
            }
        }
    }
}
