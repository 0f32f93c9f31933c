//! Positions of the log in headers: what a command wrote, what a query shows, and what a reader wants to see.

use std::time::Duration;

use api_types::codes;
use api_types::number;
use axum::extract::FromRequestParts;
use axum::response::{IntoResponseParts, ResponseParts};
use http::request::Parts;
use http::{Extensions, HeaderMap, HeaderName, HeaderValue};

use crate::client_address::ClientAddress;
use crate::identity::Resolved;
use crate::limits::WAIT_MAX;
use crate::problem::ApiProblem;
use crate::work::WorkPermit;

/// On the answer to a command: the position of its event.
pub const EVENT_POSITION: HeaderName = HeaderName::from_static("event-position");
/// On the answer to a query: the position that the data reflects.
pub const DATA_POSITION: HeaderName = HeaderName::from_static("data-position");
/// On a query: the position that the data must have reached.
pub const AWAIT_POSITION: HeaderName = HeaderName::from_static("await-position");

/// RFC 7240.
pub const PREFER: HeaderName = HeaderName::from_static("prefer");
pub const PREFERENCE_APPLIED: HeaderName = HeaderName::from_static("preference-applied");

pub const WAIT_DEFAULT: Duration = Duration::from_secs(2);

/// What a reader wants to see, and how long it is willing to wait for that.
#[derive(Debug, Clone)]
pub struct AwaitPosition {
    /// `None`: the newest there is.
    pub position: Option<i64>,
    pub wait: Duration,
    pub waiter: Waiter,
    /// Whether the wait is the caller's own and has to be confirmed.
    prefers_wait: bool,
}

/// Who waits, and what the request has in flight meanwhile.
#[derive(Debug, Clone, Default)]
pub struct Waiter {
    pub account: Option<i64>,
    pub address: Option<ClientAddress>,
    pub work: WorkPermit,
}

/// What the sender of a request is willing to wait for its answer, whatever that waits for.
#[derive(Debug, Clone)]
pub struct PreferredWait {
    /// `None` where it did not say.
    pub wait: Option<Duration>,
    pub waiter: Waiter,
}

impl PreferredWait {
    #[must_use]
    pub fn of(headers: &HeaderMap, extensions: &Extensions) -> Self {
        Self { wait: preferred_wait(headers), waiter: Waiter::of(extensions) }
    }

    /// The confirmation that it was waited for.
    #[must_use]
    pub fn applied(&self) -> PreferenceApplied {
        PreferenceApplied(self.wait)
    }
}

impl AwaitPosition {
    /// For another service of the installation.
    #[must_use]
    pub fn of_service(position: i64, wait: Duration) -> Self {
        let waiter = Waiter::default();
        Self { position: Some(position), wait: wait.min(WAIT_MAX), waiter, prefers_wait: false }
    }

    /// The same, where the request itself names a position that the data must have reached for its answer to mean
    /// anything: what comes behind it is not empty, it is not known yet.
    #[must_use]
    pub fn at_least(self, position: i64) -> Self {
        Self { position: self.position.max((position > 0).then_some(position)), ..self }
    }

    /// The confirmation of the caller's wait, to be made part of the answer. It is empty where there is none.
    #[must_use]
    pub fn preference_applied(&self) -> PreferenceApplied {
        PreferenceApplied((self.position.is_some() && self.prefers_wait).then_some(self.wait))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for PreferredWait {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Self::Rejection> {
        Ok(Self::of(&parts.headers, &parts.extensions))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for AwaitPosition {
    type Rejection = ApiProblem;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, ApiProblem> {
        let preferred = PreferredWait::of(&parts.headers, &parts.extensions);
        Ok(Self {
            position: awaited(&parts.headers)?,
            wait: preferred.wait.unwrap_or(WAIT_DEFAULT),
            waiter: preferred.waiter,
            prefers_wait: preferred.wait.is_some(),
        })
    }
}

impl Waiter {
    fn of(extensions: &Extensions) -> Self {
        let resolved =
            extensions.get::<Resolved>().and_then(|Resolved(caller)| caller.as_ref().ok().copied());
        Self {
            account: resolved.flatten().map(|caller| caller.account),
            address: extensions.get().copied(),
            work: extensions.get().cloned().unwrap_or_default(),
        }
    }
}

fn awaited(headers: &HeaderMap) -> Result<Option<i64>, ApiProblem> {
    let mut values = headers.get_all(AWAIT_POSITION).iter();
    let Some(value) = values.next() else { return Ok(None) };
    match value.to_str().ok().and_then(number::positive) {
        Some(position) if values.next().is_none() => Ok(Some(position)),
        _ => Err(ApiProblem::new(codes::INVALID_HEADER)
            .field("Await-Position", "expected one positive whole number")),
    }
}

/// The `wait` preference. A malformed one is no preference (RFC 7240 §2), and of several the first counts.
fn preferred_wait(headers: &HeaderMap) -> Option<Duration> {
    let preferences = headers.get_all(PREFER).iter().filter_map(|value| value.to_str().ok());
    let wait = preferences.flat_map(|value| value.split(',')).find_map(|preference| {
        let (name, value) = preference.split(';').next()?.split_once('=')?;
        name.trim().eq_ignore_ascii_case("wait").then(|| value.trim().trim_matches('"'))
    })?;
    let digits = !wait.is_empty() && wait.bytes().all(|byte| byte.is_ascii_digit());
    // A number too long to parse still asks for the longest wait.
    digits.then(|| wait.parse().map_or(WAIT_MAX, Duration::from_secs).min(WAIT_MAX))
}

/// The refusal of a position that no event of this log can have.
#[must_use]
pub fn of_another_log(field: &str) -> ApiProblem {
    ApiProblem::new(codes::OTHER_LOG)
        .detail(
            "No event of this log can have this position: positions are multiples of 256, plus the number of the log's \
             shard. Send one as an answer or an event gave it; one of another log means nothing here.",
        )
        .field(field, "expected a position of this log, like 256")
}

/// The refusal of a position that this log has not reached: it ends at another one.
#[must_use]
pub fn ahead_of_log(end: i64) -> ApiProblem {
    ApiProblem::new(codes::POSITION_AHEAD).detail(format!(
        "The log ends at {end}. The position is one of another log, or this one was put back from an older copy."
    ))
}

/// Adds `Event-Position`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventPosition(pub i64);

/// Adds `Data-Position`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DataPosition(pub i64);

/// Adds `Preference-Applied: wait=<seconds>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PreferenceApplied(Option<Duration>);

impl IntoResponseParts for EventPosition {
    type Error = std::convert::Infallible;

    fn into_response_parts(self, mut parts: ResponseParts) -> Result<ResponseParts, Self::Error> {
        parts.headers_mut().insert(EVENT_POSITION, HeaderValue::from(self.0));
        Ok(parts)
    }
}

impl IntoResponseParts for DataPosition {
    type Error = std::convert::Infallible;

    fn into_response_parts(self, mut parts: ResponseParts) -> Result<ResponseParts, Self::Error> {
        parts.headers_mut().insert(DATA_POSITION, HeaderValue::from(self.0));
        Ok(parts)
    }
}

impl IntoResponseParts for PreferenceApplied {
    type Error = std::convert::Infallible;

    fn into_response_parts(self, mut parts: ResponseParts) -> Result<ResponseParts, Self::Error> {
        let value = self.0.and_then(|wait| HeaderValue::try_from(format!("wait={}", wait.as_secs())).ok());
        if let Some(value) = value {
            parts.headers_mut().insert(PREFERENCE_APPLIED, value);
        }
        Ok(parts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wait(values: &[&str]) -> Option<u64> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(PREFER, value.parse().expect("it is a header value"));
        }
        preferred_wait(&headers).map(|wait| wait.as_secs())
    }

    #[test]
    fn a_wait_is_read_and_bounded() {
        assert_eq!(wait(&["wait=5"]), Some(5));
        assert_eq!(wait(&["respond-async, WAIT = \"7\"; x=y"]), Some(7));
        assert_eq!(wait(&["return=minimal", "wait=0", "wait=9"]), Some(0));
        assert_eq!(wait(&["wait=31"]), Some(30));
        assert_eq!(wait(&["wait=99999999999999999999999999"]), Some(30));
    }

    #[test]
    fn a_malformed_wait_is_no_preference() {
        for value in ["wait", "wait=", "wait=-1", "wait=1.5", "wait=x", "waits=3", ""] {
            assert_eq!(wait(&[value]), None, "{value}");
        }
    }
}
