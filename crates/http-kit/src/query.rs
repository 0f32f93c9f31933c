//! Reads the query string strictly.
//!
//! A parameter given twice, one that nobody knows, or one that is not UTF-8 is refused by name: a filter that is
//! quietly ignored answers a question that was not asked.

use std::borrow::Cow;

use api_types::codes;
use axum::Router;
use axum::extract::{FromRequestParts, Request};
use axum::middleware::{Next, from_fn};
use axum::response::IntoResponse;
use http::request::Parts;
use percent_encoding::percent_decode_str;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::deserialize_fault::Fault;
use crate::problem::ApiProblem;

/// More than any operation knows, so that looking for duplicates stays cheap.
const PARAMETERS_MAX: usize = 32;

/// The parameters of a query string. `T` has to carry `#[serde(deny_unknown_fields)]`.
#[derive(Debug, Clone, Copy)]
pub struct StrictQuery<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for StrictQuery<T> {
    type Rejection = ApiProblem;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, ApiProblem> {
        parse(parts.uri.query().unwrap_or_default()).map(Self)
    }
}

/// The query of an operation that takes no parameters.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoParameters {}

/// Lets none of the routes so far take a parameter.
pub fn refuse_parameters<S: Clone + Send + Sync + 'static>(router: Router<S>) -> Router<S> {
    router.route_layer(from_fn(async |request: Request, next: Next| {
        match parse::<NoParameters>(request.uri().query().unwrap_or_default()) {
            Ok(NoParameters {}) => next.run(request).await,
            Err(refusal) => refusal.into_response(),
        }
    }))
}

/// Parses a query string without its question mark.
///
/// # Errors
/// `invalid-parameter`, naming the parameter where it has a name.
pub fn parse<T: DeserializeOwned>(query: &str) -> Result<T, ApiProblem> {
    check(query)?;
    let fast = T::deserialize(serde_urlencoded::Deserializer::new(form_urlencoded::parse(query.as_bytes())));
    fast.or_else(|_unnamed| {
        // Read again to learn the name; only refusals pay for keeping track of it.
        let deserializer = serde_urlencoded::Deserializer::new(form_urlencoded::parse(query.as_bytes()));
        serde_path_to_error::deserialize(deserializer).map_err(|error| {
            let path = error.path().to_string();
            match Fault::from_message(&error.inner().to_string()) {
                Fault::Unknown { field } => refuse(&field, "unknown"),
                Fault::Missing { field } => refuse(&field, "missing"),
                Fault::Duplicate { field } => refuse(&field, "given twice"),
                Fault::Unfit { detail } => refuse(&path, detail),
            }
        })
    })
}

/// Refuses what the parser below would quietly repair or let through.
fn check(query: &str) -> Result<(), ApiProblem> {
    let mut seen: Vec<Cow<'_, str>> = Vec::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let name = decode(name).map_err(|fault| refuse("?", fault))?;
        decode(value).map_err(|fault| refuse(&name, fault))?;
        if seen.contains(&name) {
            return Err(refuse(&name, "given twice"));
        }
        if seen.len() == PARAMETERS_MAX {
            return Err(ApiProblem::new(codes::INVALID_PARAMETER).detail("There are too many parameters."));
        }
        seen.push(name);
    }
    Ok(())
}

/// The text behind the escapes, which has to be UTF-8 without NUL: the database stores no NUL, so none can match.
pub(crate) fn decode(text: &str) -> Result<Cow<'_, str>, &'static str> {
    if !text.bytes().any(|byte| matches!(byte, b'%' | b'+' | 0)) {
        return Ok(Cow::Borrowed(text));
    }
    let escapes = text.match_indices('%').map(|(at, _)| text.as_bytes().get(at + 1..at + 3));
    if !escapes
        .into_iter()
        .all(|digits| digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit)))
    {
        return Err("the percent-encoding is broken");
    }
    let decoded = percent_decode_str(text).decode_utf8().map_err(|_invalid| "the text is no UTF-8")?;
    if decoded.contains('\0') { Err("the text holds a NUL") } else { Ok(decoded) }
}

fn refuse(name: &str, fault: impl Into<String>) -> ApiProblem {
    ApiProblem::new(codes::INVALID_PARAMETER).field(name, fault)
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Default, PartialEq, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Filter {
        tag: Option<String>,
        limit: Option<u16>,
    }

    fn fault(query: &str) -> (String, String) {
        let problem = parse::<Filter>(query).expect_err("the query was accepted");
        assert_eq!(problem.code(), "invalid-parameter");
        let error = problem.problem().errors.first().expect("it names the parameter");
        (error.field.clone(), error.detail.clone().unwrap_or_default())
    }

    #[test]
    fn good_parameters_are_decoded() {
        let filter = parse::<Filter>("tag=r%C3%BCst+ei&limit=5").expect("it is a good query");
        assert_eq!(filter, Filter { tag: Some("r\u{fc}st ei".to_owned()), limit: Some(5) });
        assert_eq!(parse::<Filter>("").expect("it is empty"), Filter::default());
    }

    #[test]
    fn the_parameter_at_fault_is_named() {
        assert_eq!(fault("limit=x").0, "limit");
        assert_eq!(fault("limit=").0, "limit");
        assert_eq!(fault("limit=70000").0, "limit");
        assert_eq!(fault("tga=x"), ("tga".to_owned(), "unknown".to_owned()));
        assert_eq!(fault("tag=a&tag=b"), ("tag".to_owned(), "given twice".to_owned()));
        assert_eq!(fault("tag=a&t%61g=b"), ("tag".to_owned(), "given twice".to_owned()));
    }

    #[test]
    fn text_that_no_parser_should_repair_is_refused() {
        for query in ["tag=%", "tag=%4", "tag=%zz", "tag=%ff", "tag=%C3", "tag=%00", "tag=%ed%a0%80"] {
            assert_eq!(fault(query).0, "tag", "{query}");
        }
        assert_eq!(fault("t%ffg=1").0, "?");
    }
}
