//! Identity from a bearer token.

use api_types::codes;
use http::HeaderMap;
use http::header::AUTHORIZATION;
use tokens::{TOKEN_BYTES_MAX, TokenError, TokenVerifier};

use super::Caller;
use crate::problem::ApiProblem;

pub(super) async fn resolve(
    verifier: &TokenVerifier,
    headers: &HeaderMap,
) -> Result<Option<Caller>, ApiProblem> {
    let Some(token) = bearer(headers)? else { return Ok(None) };
    match verifier.verify(token).await {
        Ok(subject) => Ok(Some(Caller::from(subject))),
        Err(TokenError::Invalid) => Err(invalid()),
        Err(TokenError::Expired) => Err(ApiProblem::new(codes::TOKEN_EXPIRED)),
        Err(TokenError::Revoked) => Err(ApiProblem::new(codes::TOKEN_REVOKED)),
        Err(TokenError::KeysUnavailable(error)) => Err(ApiProblem::unavailable(error)),
    }
}

/// The token of the one `Authorization` header, if there is one.
fn bearer(headers: &HeaderMap) -> Result<Option<&str>, ApiProblem> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let Some(value) = values.next() else { return Ok(None) };
    let (scheme, token) = value.to_str().ok().and_then(|text| text.split_once(' ')).ok_or_else(invalid)?;
    let acceptable = scheme.eq_ignore_ascii_case("bearer") && token.len() <= TOKEN_BYTES_MAX;
    if !acceptable || values.next().is_some() {
        return Err(invalid());
    }
    Ok(Some(token.trim_start_matches(' ')))
}

fn invalid() -> ApiProblem {
    ApiProblem::new(codes::TOKEN_INVALID)
}
