//! What a session is called in the list of its owner.

use http::HeaderMap;
use http::header::USER_AGENT;

use crate::refusal::Refusal;

const CODE_POINTS_MAX: usize = 100;

/// The name that was given, or what the client says of itself, as far as it is plain text.
pub(in crate::http) fn of(given: Option<&str>, headers: &HeaderMap) -> Result<String, Refusal> {
    match given {
        Some(name) if name.chars().count() > CODE_POINTS_MAX || name.chars().any(char::is_control) => {
            Err(Refusal::field("name", "at most 100 code points, and no control characters"))
        }
        Some(name) => Ok(name.trim().to_owned()),
        None => {
            let agent = headers.get(USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
            Ok(agent.chars().filter(|letter| !letter.is_control()).take(CODE_POINTS_MAX).collect())
        }
    }
}
