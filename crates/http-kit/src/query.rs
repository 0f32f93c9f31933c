//! Reads the query string strictly.
//!
//! A parameter given twice, one that nobody knows, or one that is not UTF-8 is refused by name: a filter that is
//! quietly ignored answers a question that was not asked. Where a parameter is a list ([`Repeated`]), each of its
//! values is given by itself, `tagAny=a&tagAny=b`: a comma may be part of one.

use std::borrow::Cow;

use api_types::codes;
use axum::Router;
use axum::extract::{FromRequestParts, Request};
use axum::middleware::{Next, from_fn};
use axum::response::IntoResponse;
use http::request::Parts;
use percent_encoding::percent_decode_str;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};

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

/// The values of a parameter that may be given several times, in their order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Repeated(pub Vec<String>);

/// Between the values of one parameter while they are one text. No value holds it.
const SEPARATOR: char = '\0';

impl<'de> Deserialize<'de> for Repeated {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let joined = String::deserialize(deserializer)?;
        Ok(Self(joined.split(SEPARATOR).map(str::to_owned).collect()))
    }
}

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
    parse_repeating(query, &[])
}

/// The same, where the parameters with these names are [`Repeated`].
///
/// # Errors
/// As [`parse`].
pub fn parse_repeating<T: DeserializeOwned>(query: &str, repeatable: &[&str]) -> Result<T, ApiProblem> {
    let repeats = check(query, repeatable)?;
    if repeats { deserialize(&join(query, repeatable)) } else { deserialize(query) }
}

fn deserialize<T: DeserializeOwned>(query: &str) -> Result<T, ApiProblem> {
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

/// The same query, with the values of each repeatable parameter as one.
fn join(query: &str, repeatable: &[&str]) -> String {
    let mut joined: Vec<(Cow<'_, str>, String)> = Vec::new();
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        let before = joined.iter_mut().find(|(seen, _)| *seen == name && repeatable.contains(&&**seen));
        match before {
            Some((_, values)) => {
                values.push(SEPARATOR);
                values.push_str(&value);
            }
            None => joined.push((name, value.into_owned())),
        }
    }
    form_urlencoded::Serializer::new(String::new()).extend_pairs(joined).finish()
}

/// Refuses what the parser above would quietly repair or let through; whether anything is given several times.
fn check(query: &str, repeatable: &[&str]) -> Result<bool, ApiProblem> {
    let mut repeats = false;
    let mut seen: Vec<Cow<'_, str>> = Vec::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let name = decode(name).map_err(|fault| refuse("?", fault))?;
        decode(value).map_err(|fault| refuse(&name, fault))?;
        let is_repeated = seen.contains(&name);
        if is_repeated && !repeatable.contains(&&*name) {
            return Err(refuse(&name, "given twice"));
        }
        repeats |= is_repeated;
        if seen.len() == PARAMETERS_MAX {
            return Err(ApiProblem::new(codes::INVALID_PARAMETER).detail("There are too many parameters."));
        }
        seen.push(name);
    }
    Ok(repeats)
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
    fn what_may_be_repeated_is_a_list_and_nothing_else_is() {
        #[derive(Debug, PartialEq, Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Lists {
            any: Option<Repeated>,
            tag: Option<String>,
        }
        let parse = |query: &str| parse_repeating::<Lists>(query, &["any"]);
        let list = |values: &[&str]| Some(Repeated(values.iter().map(|value| (*value).to_owned()).collect()));
        for (query, any) in [
            ("tag=x", None),
            ("any=a%2Cb&tag=x", list(&["a,b"])),
            ("any=b&tag=x&any=a+c&any=", list(&["b", "a c", ""])),
            ("a%6Ey=%26&tag=x&any=%3D", list(&["&", "="])),
        ] {
            assert_eq!(parse(query).expect(query), Lists { any, tag: Some("x".to_owned()) }, "{query}");
        }
        for (query, name) in
            [("any=a&tag=x&tag=x&any=b", "tag"), ("any=a&any=%00", "any"), ("any=a&b=1&any=b", "b")]
        {
            let problem = parse(query).expect_err(query);
            assert_eq!(problem.problem().errors[0].field, name, "{query}");
        }
        let many = "any=a&".repeat(PARAMETERS_MAX + 1);
        assert_eq!(parse(&many).expect_err("too many").code(), "invalid-parameter");
    }

    #[test]
    fn text_that_no_parser_should_repair_is_refused() {
        for query in ["tag=%", "tag=%4", "tag=%zz", "tag=%ff", "tag=%C3", "tag=%00", "tag=%ed%a0%80"] {
            assert_eq!(fault(query).0, "tag", "{query}");
        }
        assert_eq!(fault("t%ffg=1").0, "?");
    }
}
