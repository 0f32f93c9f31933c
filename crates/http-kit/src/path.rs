//! Reads parameters from the path.

use api_types::codes;
use axum::extract::path::ErrorKind;
use axum::extract::rejection::PathRejection;
use axum::extract::{FromRequestParts, MatchedPath, Path, RawPathParams};
use http::request::Parts;
use serde::de::DeserializeOwned;

use crate::deserialize_fault::Fault;
use crate::problem::ApiProblem;

/// The parameters of the path, as `axum::extract::Path` reads them; refusals are problems.
#[derive(Debug, Clone, Copy)]
pub struct StrictPath<T>(pub T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for StrictPath<T> {
    type Rejection = ApiProblem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiProblem> {
        // axum lets an encoded NUL through, and the database would answer it with an error of its own.
        if parts.uri.path().contains("%00") {
            return Err(ApiProblem::new(codes::INVALID_PARAMETER).detail("The path holds a NUL."));
        }
        match Path::<T>::from_request_parts(parts, state).await {
            Ok(Path(value)) => Ok(Self(value)),
            Err(rejection) => Err(explain(rejection, only_parameter(parts, state).await)),
        }
    }
}

/// The address of the request in its only spelling: the path of its route with the values of the parameters. A
/// caller may have written both with escapes.
///
/// # Errors
/// Where a handler stands behind no route, which is a failure of ours.
pub async fn address(parts: &mut Parts) -> Result<String, ApiProblem> {
    let Some(route) = parts.extensions.get::<MatchedPath>().cloned() else {
        return Err(ApiProblem::internal("the request has no route"));
    };
    if !route.as_str().contains('{') {
        return Ok(route.as_str().to_owned());
    }
    let parameters = RawPathParams::from_request_parts(parts, &()).await.map_err(ApiProblem::internal)?;
    let mut address = route.as_str().to_owned();
    for (name, value) in &parameters {
        address = address.replace(&format!("{{{name}}}"), value);
    }
    Ok(address)
}

/// The name of the route's parameter, if it has only one: axum does not name it when the value is read by itself.
async fn only_parameter<S: Send + Sync>(parts: &mut Parts, state: &S) -> Option<String> {
    let parameters = RawPathParams::from_request_parts(parts, state).await.ok()?;
    let mut names = parameters.iter().map(|(name, _value)| name);
    names.next().filter(|_| names.next().is_none()).map(str::to_owned)
}

fn explain(rejection: PathRejection, only_parameter: Option<String>) -> ApiProblem {
    let PathRejection::FailedToDeserializePathParams(failure) = rejection else {
        // The route has no parameters: the handler asks for what its own route table never gives.
        return ApiProblem::internal(rejection);
    };
    let problem = ApiProblem::new(codes::INVALID_PARAMETER);
    match failure.into_kind() {
        ErrorKind::ParseErrorAtKey { key, expected_type, .. } => problem.field(key, expected(expected_type)),
        ErrorKind::ParseError { expected_type, .. } => match only_parameter {
            Some(name) => problem.field(name, expected(expected_type)),
            None => problem.detail(format!("The path: {}.", expected(expected_type))),
        },
        ErrorKind::ParseErrorAtIndex { index, expected_type, .. } => {
            problem.detail(format!("Parameter {} of the path: {}.", index + 1, expected(expected_type)))
        }
        ErrorKind::InvalidUtf8InPathParam { key } => problem.field(key, "the text is no UTF-8"),
        ErrorKind::DeserializeError { key, message, .. } => problem.field(key, text(&message)),
        ErrorKind::Message(message) => problem.detail(text(&message)),
        other => ApiProblem::internal(other.to_string()),
    }
}

fn expected(rust_type: &str) -> String {
    match rust_type {
        "i8" | "i16" | "i32" | "i64" | "u8" | "u16" | "u32" | "u64" => {
            "expected a whole number in range".to_owned()
        }
        _ => "the value is not acceptable".to_owned(),
    }
}

fn text(message: &str) -> String {
    match Fault::from_message(message) {
        Fault::Unfit { detail } => detail,
        Fault::Unknown { .. } | Fault::Missing { .. } | Fault::Duplicate { .. } => {
            "the value is not acceptable".to_owned()
        }
    }
}
