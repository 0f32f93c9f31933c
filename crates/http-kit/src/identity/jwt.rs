//! Identity from a bearer token, which this service verifies itself.
//!
//! The issuer and the audience are fixed by configuration, the algorithm by the kind of the issuer's key; the token
//! chooses none of them. It only names which of the issuer's keys made it.

use std::sync::Arc;

use api_types::codes;
use http::HeaderMap;
use http::header::AUTHORIZATION;
use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::{Algorithm, Header, Validation, decode, decode_header, get_current_timestamp};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::keys::{KeySet, KeySource, PublicKey, Verified};
use super::{Caller, Roles};
use crate::number;
use crate::problem::ApiProblem;

/// Clocks of machines in one installation differ by less.
const LEEWAY_SECONDS: u64 = 5;

/// Ours have about 400; what is longer is not worth hashing.
const TOKEN_BYTES_MAX: usize = 4 * 1024;

#[derive(Debug)]
pub(super) struct JwtVerifier {
    sources: Vec<Arc<dyn KeySource>>,
    /// Its algorithm is replaced by the key's.
    validation: Validation,
}

#[derive(Deserialize)]
struct Claims {
    sub: String,
    /// Seconds since 1970. Some issuers write fractions.
    exp: f64,
    #[serde(default)]
    roles: Vec<String>,
    /// Other issuers have session ids of other shapes; those name no session of ours.
    #[serde(default)]
    sid: serde_json::Value,
}

impl JwtVerifier {
    pub(super) fn new(sources: Vec<Arc<dyn KeySource>>, issuer: &str, audience: &str) -> Self {
        let mut validation = Validation::new(Algorithm::EdDSA);
        validation.leeway = LEEWAY_SECONDS;
        validation.validate_nbf = true;
        validation.set_issuer(&[issuer]);
        validation.set_audience(&[audience]);
        validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        Self { sources, validation }
    }

    pub(super) fn sources(&self) -> &[Arc<dyn KeySource>] {
        &self.sources
    }

    pub(super) async fn resolve(&self, headers: &HeaderMap) -> Result<Option<Caller>, ApiProblem> {
        let Some(token) = bearer(headers)? else { return Ok(None) };
        let sha256: [u8; 32] = Sha256::digest(token).into();
        let now = get_current_timestamp();
        let known = self.sources.iter().find_map(|source| source.current().cache().get(&sha256, now));
        if let Some(caller) = known {
            return Ok(Some(caller));
        }
        let named = named_key(token)?;
        let (keys, key) = self.key(&named.kid).await?;
        if key.algorithm != named.algorithm {
            return Err(invalid());
        }
        let verified = self.verify(token, &key)?;
        keys.cache().put(sha256, verified);
        Ok(Some(verified.caller))
    }

    /// The key of that name, and the set it is from. A name that nobody knows may be newer than what was read.
    async fn key(&self, kid: &str) -> Result<(Arc<KeySet>, PublicKey), ApiProblem> {
        for source in &self.sources {
            if let Some(found) = in_set(source.current(), kid) {
                return Ok(found);
            }
        }
        let mut unavailable = None;
        for source in &self.sources {
            match source.look_again(kid).await {
                Ok(keys) => {
                    if let Some(found) = in_set(keys, kid) {
                        return Ok(found);
                    }
                }
                Err(error) => unavailable = Some(error),
            }
        }
        // Whether the token is good is not known then; its holder should not throw it away.
        Err(unavailable.map_or_else(invalid, ApiProblem::unavailable))
    }

    fn verify(&self, token: &str, key: &PublicKey) -> Result<Verified, ApiProblem> {
        let mut validation = self.validation.clone();
        validation.algorithms = vec![key.algorithm];
        let claims = decode::<Claims>(token, &key.key, &validation).map_err(|error| explain(&error))?.claims;
        let account = number::positive(&claims.sub).ok_or_else(invalid)?;
        let roles = Roles::from_names(claims.roles.iter().map(String::as_str));
        let session = claims.sid.as_str().and_then(|sid| Uuid::try_parse(sid).ok());
        // Negative and huge numbers saturate; the validation above has already compared them with the clock.
        let expires = claims.exp as u64;
        Ok(Verified { caller: Caller { account, roles, session }, expires })
    }
}

fn in_set(keys: Arc<KeySet>, kid: &str) -> Option<(Arc<KeySet>, PublicKey)> {
    let key = keys.find(kid)?.clone();
    Some((keys, key))
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

/// What the token says that it was signed with.
struct NamedKey {
    kid: String,
    algorithm: Algorithm,
}

fn named_key(token: &str) -> Result<NamedKey, ApiProblem> {
    let header = decode_header(token).map_err(|_unreadable| invalid())?;
    if !is_acceptable(&header) {
        return Err(invalid());
    }
    Ok(NamedKey { algorithm: header.alg, kid: header.kid.ok_or_else(invalid)? })
}

/// An access token is typed as such or as a plain JWT: other tokens of the issuer, such as those that say who signed in,
/// must not open this door. Extensions marked as critical must be understood (RFC 7515 §4.1.11), and none is.
fn is_acceptable(header: &Header) -> bool {
    let typed = header
        .typ
        .as_deref()
        .is_none_or(|kind| kind.eq_ignore_ascii_case("JWT") || kind.eq_ignore_ascii_case("at+jwt"));
    // Said here, too, so that a token of another kind costs no search for its key.
    let allowed = matches!(header.alg, Algorithm::EdDSA | Algorithm::ES256 | Algorithm::RS256);
    allowed && header.crit.is_none() && typed
}

/// Only expiry is told apart: it is the one fault that a caller mends by itself, with a fresh token.
fn explain(error: &jsonwebtoken::errors::Error) -> ApiProblem {
    match error.kind() {
        ErrorKind::ExpiredSignature => ApiProblem::new(codes::TOKEN_EXPIRED),
        _ => invalid(),
    }
}

fn invalid() -> ApiProblem {
    ApiProblem::new(codes::TOKEN_INVALID)
}
