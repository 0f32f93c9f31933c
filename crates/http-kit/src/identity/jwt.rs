//! Identity from a bearer token, which this service verifies itself.
//!
//! One algorithm (EdDSA over Ed25519), one issuer, one audience; all fixed by configuration, none chosen by the token.
//! The token only names which of the issuer's keys made it.

mod cache;
mod keys;

use std::path::PathBuf;
use std::sync::Arc;

use api_types::codes;
use http::HeaderMap;
use http::header::AUTHORIZATION;
use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::{
    Algorithm, DecodingKey, Header, Validation, decode, decode_header, get_current_timestamp,
};
use serde::Deserialize;
use sha2::{Digest, Sha256};

pub use keys::JwksError;

use super::{Caller, Roles, account_id};
use crate::problem::ApiProblem;
use cache::Verified;
use keys::{KeySet, KeyStore};

/// Clocks of machines in one installation differ by less.
const LEEWAY_SECONDS: u64 = 5;

/// Ours have about 400; what is longer is not worth hashing.
const TOKEN_BYTES_MAX: usize = 4 * 1024;

#[derive(Debug)]
pub(super) struct JwtVerifier {
    keys: KeyStore,
    validation: Validation,
}

#[derive(Deserialize)]
struct Claims {
    sub: String,
    /// Seconds since 1970. Some issuers write fractions.
    exp: f64,
    #[serde(default)]
    roles: Vec<String>,
}

impl JwtVerifier {
    pub(super) fn new(jwks_file: PathBuf, issuer: &str, audience: &str) -> Result<Self, JwksError> {
        let mut validation = Validation::new(Algorithm::EdDSA);
        validation.leeway = LEEWAY_SECONDS;
        validation.validate_nbf = true;
        validation.set_issuer(&[issuer]);
        validation.set_audience(&[audience]);
        validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        Ok(Self { keys: KeyStore::open(jwks_file)?, validation })
    }

    pub(super) async fn resolve(&self, headers: &HeaderMap) -> Result<Option<Caller>, ApiProblem> {
        let Some(token) = bearer(headers)? else { return Ok(None) };
        let sha256: [u8; 32] = Sha256::digest(token).into();
        let keys = self.keys.current();
        if let Some(caller) = keys.cache().get(&sha256, get_current_timestamp()) {
            return Ok(Some(caller));
        }
        let kid = key_id(token)?;
        let (keys, key) = self.key(keys, &kid).await.ok_or_else(invalid)?;
        let verified = self.verify(token, &key)?;
        keys.cache().put(sha256, verified);
        Ok(Some(verified.caller))
    }

    /// The key of that name, and the set it is from. A name that is not known may be newer than what was read.
    async fn key(&self, keys: Arc<KeySet>, kid: &str) -> Option<(Arc<KeySet>, DecodingKey)> {
        if let Some(key) = keys.find(kid) {
            return Some((Arc::clone(&keys), key.clone()));
        }
        let keys = self.keys.reread(kid).await?;
        let key = keys.find(kid)?.clone();
        Some((keys, key))
    }

    fn verify(&self, token: &str, key: &DecodingKey) -> Result<Verified, ApiProblem> {
        let claims = decode::<Claims>(token, key, &self.validation).map_err(|error| explain(&error))?.claims;
        let account = account_id(&claims.sub).ok_or_else(invalid)?;
        let roles = Roles::from_names(claims.roles.iter().map(String::as_str));
        // Negative and huge numbers saturate; the validation above has already compared them with the clock.
        let expires = claims.exp as u64;
        Ok(Verified { caller: Caller { account, roles }, expires })
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

/// The name of the key that the token says it was signed with.
fn key_id(token: &str) -> Result<String, ApiProblem> {
    let header = decode_header(token).map_err(|_unreadable| invalid())?;
    if is_acceptable(&header) { header.kid.ok_or_else(invalid) } else { Err(invalid()) }
}

/// An access token is typed as such or as a plain JWT: other tokens of the issuer, such as those that say who signed in,
/// must not open this door. Extensions marked as critical must be understood (RFC 7515 §4.1.11), and none is.
fn is_acceptable(header: &Header) -> bool {
    let typed = header
        .typ
        .as_deref()
        .is_none_or(|kind| kind.eq_ignore_ascii_case("JWT") || kind.eq_ignore_ascii_case("at+jwt"));
    header.alg == Algorithm::EdDSA && header.crit.is_none() && typed
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
