//! Entity tags and the conditional requests that use them (RFC 9110 §8.8 and §13).

use std::fmt;

use api_types::codes;
use api_types::number;
use axum::body::Body;
use axum::extract::FromRequestParts;
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE, ETAG, IF_MATCH, IF_NONE_MATCH};
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::problem::ApiProblem;

/// Half a SHA-256 tells any two editions of one resource apart, and makes a short header.
const DIGEST_BYTES: usize = 16;

/// Stands between the edition and the digest of its representation. No decimal holds it.
const EDITION_END: char = '-';

/// A strong entity tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntityTag(String);

impl EntityTag {
    /// The tag of exactly these bytes.
    #[must_use]
    pub fn of_body(body: &[u8]) -> Self {
        Self(URL_SAFE_NO_PAD.encode(&Sha256::digest(body)[..DIGEST_BYTES]))
    }

    /// The tag of a numbered edition whose representation is not known, as after a command that made it.
    #[must_use]
    pub fn of_edition(edition: u64) -> Self {
        Self(edition.to_string())
    }

    /// The tag of exactly these bytes, which show a numbered edition: other parts of a representation may change
    /// without making another edition, and caches must notice while `If-Match` must not.
    #[must_use]
    pub fn of_edition_as(edition: u64, body: &[u8]) -> Self {
        Self(format!("{edition}{EDITION_END}{}", Self::of_body(body).0))
    }

    #[must_use]
    pub fn header_value(&self) -> HeaderValue {
        // Every constructor makes visible ASCII.
        HeaderValue::try_from(self.to_string()).unwrap_or_else(|_invalid| HeaderValue::from_static("\"\""))
    }
}

impl fmt::Display for EntityTag {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "\"{}\"", self.0)
    }
}

/// What `If-None-Match` or `If-Match` lists.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Tags {
    Any,
    /// Opaque tags without their quotes, and whether each is weak.
    Listed(Vec<(bool, String)>),
}

impl Tags {
    /// `None` without the header; a malformed list is an error, because skipping a precondition could lose an update.
    fn read(headers: &HeaderMap, name: &HeaderName) -> Result<Option<Self>, ApiProblem> {
        let mut listed = Vec::new();
        let mut present = false;
        for value in headers.get_all(name) {
            present = true;
            let text = value.to_str().map_err(|_opaque| malformed(name))?.trim();
            if text == "*" {
                return Ok(Some(Self::Any));
            }
            listed.extend(parse(text).ok_or_else(|| malformed(name))?);
        }
        Ok(present.then_some(Self::Listed(listed)))
    }

    /// Weak comparison, for caches: the same content will do.
    fn matches_weakly(&self, tag: &EntityTag) -> bool {
        match self {
            Self::Any => true,
            Self::Listed(tags) => tags.iter().any(|(_weak, opaque)| *opaque == tag.0),
        }
    }
}

/// The edition that an opaque tag names, with or without the digest of a representation: a client that read the edition
/// may change it, even if other parts of the answer have changed since.
fn edition_of(opaque: &str) -> Option<u64> {
    let edition = opaque.split_once(EDITION_END).map_or(opaque, |(edition, _digest)| edition);
    number::parse(edition)
}

fn parse(mut text: &str) -> Option<Vec<(bool, String)>> {
    let mut tags = Vec::new();
    loop {
        // A tag may hold commas, so the list cannot simply be split at them.
        text = text.trim_start_matches([' ', '\t', ',']);
        if text.is_empty() {
            return Some(tags);
        }
        let (weak, rest) = text.strip_prefix("W/").map_or((false, text), |rest| (true, rest));
        let (opaque, rest) = rest.strip_prefix('"')?.split_once('"')?;
        tags.push((weak, opaque.to_owned()));
        text = rest.trim_start_matches([' ', '\t']);
        if !text.is_empty() && !text.starts_with(',') {
            return None;
        }
    }
}

fn malformed(name: &HeaderName) -> ApiProblem {
    ApiProblem::new(codes::INVALID_HEADER).field(name.as_str(), "expected * or a list of quoted entity tags")
}

/// Answers a GET with its entity tag, or with 304 where the caller has that already.
#[derive(Debug, Clone)]
pub struct Conditional(Option<Tags>);

impl Conditional {
    /// The body as JSON under the tag of its bytes.
    ///
    /// # Errors
    /// When the body cannot be written, which is a failure of ours.
    pub fn json(&self, body: &impl Serialize) -> Result<Response, ApiProblem> {
        self.tagged_json(body, EntityTag::of_body)
    }

    /// The body as JSON under the tag of its bytes and of the edition that they show.
    ///
    /// # Errors
    /// As with `json`.
    pub fn json_of_edition(&self, edition: u64, body: &impl Serialize) -> Result<Response, ApiProblem> {
        self.tagged_json(body, |bytes| EntityTag::of_edition_as(edition, bytes))
    }

    fn tagged_json(
        &self,
        body: &impl Serialize,
        tag: impl FnOnce(&[u8]) -> EntityTag,
    ) -> Result<Response, ApiProblem> {
        let bytes = serde_json::to_vec(body).map_err(ApiProblem::internal)?;
        let tag = tag(&bytes);
        let json = HeaderValue::from_static("application/json");
        Ok(self.apply(&tag, ([(CONTENT_TYPE, json)], bytes).into_response()))
    }

    /// Adds the tag to an answer, and takes away its body where the caller has it already.
    #[must_use]
    pub fn apply(&self, tag: &EntityTag, mut response: Response) -> Response {
        response.headers_mut().insert(ETAG, tag.header_value());
        let known = self.0.as_ref().is_some_and(|tags| tags.matches_weakly(tag));
        if known && response.status() == StatusCode::OK {
            *response.status_mut() = StatusCode::NOT_MODIFIED;
            *response.body_mut() = Body::empty();
            response.headers_mut().remove(CONTENT_TYPE);
            response.headers_mut().remove(CONTENT_LENGTH);
        }
        response
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Conditional {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Self::Rejection> {
        // Ignoring a malformed list only costs the caller a full answer.
        Ok(Self(Tags::read(&parts.headers, &IF_NONE_MATCH).ok().flatten()))
    }
}

/// What `If-Match` means to `IfMatch::edition`, and empty without it. What that refuses is compared as it was sent.
pub(crate) fn meaning_of_if_match(headers: &HeaderMap) -> Vec<u8> {
    match IfMatch::read(headers).and_then(|if_match| if_match.edition()) {
        Ok(None) => b"*".to_vec(),
        Ok(Some(edition)) => EntityTag::of_edition(edition).to_string().into_bytes(),
        Err(_refusal) => {
            let sent: Vec<&[u8]> = headers.get_all(IF_MATCH).iter().map(HeaderValue::as_bytes).collect();
            sent.join(&b',')
        }
    }
}

/// The editions that a change is meant for. `None` where the caller did not say.
#[derive(Debug, Clone)]
pub struct IfMatch(Option<Tags>);

impl IfMatch {
    fn read(headers: &HeaderMap) -> Result<Self, ApiProblem> {
        Tags::read(headers, &IF_MATCH).map(Self)
    }

    /// Whether the header is there at all.
    #[must_use]
    pub fn is_present(&self) -> bool {
        self.0.is_some()
    }

    /// The single numbered edition that the header names, for decisions that compare it themselves; `None` for `*`.
    ///
    /// # Errors
    /// `precondition-required` without the header, `EditionMustMatch` where it names something that is not one edition.
    pub fn edition(&self) -> Result<Option<u64>, ApiProblem> {
        match &self.0 {
            None => Err(ApiProblem::new(codes::PRECONDITION_REQUIRED)),
            Some(Tags::Any) => Ok(None),
            Some(Tags::Listed(tags)) => match tags.as_slice() {
                // Strong comparison: a weak tag matches nothing.
                [(false, opaque)] => match edition_of(opaque) {
                    Some(edition) => Ok(Some(edition)),
                    None => Err(ApiProblem::new(codes::EDITION_CHANGED)),
                },
                _ => Err(ApiProblem::new(codes::EDITION_CHANGED)),
            },
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for IfMatch {
    type Rejection = ApiProblem;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, ApiProblem> {
        Self::read(&parts.headers)
    }
}
