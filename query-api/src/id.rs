//! Ids as they stand in addresses.

use api_types::codes;
use api_types::number;
use axum::extract::FromRequestParts;
use http::request::Parts;
use http_kit::{ApiProblem, StrictPath};

/// The `{id}` of a path. Whether it stands for anything, and of what kind, is not known here.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PathId(pub(crate) i64);

impl<S: Send + Sync> FromRequestParts<S> for PathId {
    type Rejection = ApiProblem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiProblem> {
        let StrictPath(text) = StrictPath::<String>::from_request_parts(parts, state).await?;
        parse("id", &text).map(Self)
    }
}

pub(crate) fn parse(parameter: &str, text: &str) -> Result<i64, ApiProblem> {
    let id = number::positive(text);
    id.ok_or_else(|| ApiProblem::new(codes::INVALID_PARAMETER).field(parameter, "expected an id, like 256"))
}
