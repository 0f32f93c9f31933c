//! What a body says that it is. It is read as it came, so it has to be plain text of the media type that is asked for.

use api_types::codes;
use http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue};

use crate::problem::ApiProblem;

/// Refuses a body that is of another type than `media_type`, in another charset than UTF-8, or compressed.
///
/// # Errors
/// `unsupported-content-encoding` or `wrong-content-type`; both end the connection, because the body is not read.
pub fn require(headers: &HeaderMap, media_type: &str) -> Result<(), ApiProblem> {
    // Decoding would let a small body grow beyond every limit, and bodies here are small.
    if !headers.get_all(CONTENT_ENCODING).iter().all(is_identity) {
        return Err(ApiProblem::new(codes::UNSUPPORTED_CONTENT_ENCODING).closing());
    }
    let mut types = headers.get_all(CONTENT_TYPE).iter().map(|value| value.to_str());
    match (types.next(), types.next()) {
        (Some(Ok(value)), None) if is_type(value, media_type) => Ok(()),
        _ => Err(ApiProblem::new(codes::WRONG_CONTENT_TYPE)
            .detail(format!("The body must be {media_type}, in UTF-8."))
            .closing()),
    }
}

/// RFC 9110 §8.4: `identity` is no encoding. An empty list names none.
fn is_identity(value: &HeaderValue) -> bool {
    value.to_str().is_ok_and(|value| {
        value
            .split(',')
            .map(str::trim)
            .all(|coding| coding.is_empty() || coding.eq_ignore_ascii_case("identity"))
    })
}

/// The type alone or with UTF-8, which is the only encoding that RFC 8259 leaves.
fn is_type(value: &str, media_type: &str) -> bool {
    let mut parts = value.split(';').map(str::trim);
    let is_type = parts.next().is_some_and(|kind| kind.eq_ignore_ascii_case(media_type));
    is_type && parts.all(|parameter| parameter.is_empty() || is_utf8_charset(parameter))
}

fn is_utf8_charset(parameter: &str) -> bool {
    parameter.split_once('=').is_some_and(|(name, value)| {
        name.eq_ignore_ascii_case("charset") && value.trim_matches('"').eq_ignore_ascii_case("utf-8")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_json_in_utf8_is_json() {
        for accepted in [
            "application/json",
            "Application/JSON",
            "application/json; charset=utf-8",
            "application/json;charset=\"UTF-8\"",
            "application/json;",
        ] {
            assert!(is_type(accepted, "application/json"), "{accepted} was refused");
        }
        for refused in [
            "",
            "text/plain",
            "application/jsonp",
            "application/json; charset=latin1",
            "application/json; boundary=x",
            "text/plain; application/json",
        ] {
            assert!(!is_type(refused, "application/json"), "{refused} was accepted");
        }
    }

    #[test]
    fn only_identity_is_no_encoding() {
        for (value, accepted) in [
            ("identity", true),
            ("Identity, identity", true),
            ("", true),
            ("gzip", false),
            ("identity, br", false),
            ("x", false),
        ] {
            assert_eq!(is_identity(&HeaderValue::from_static(value)), accepted, "{value}");
        }
    }
}
