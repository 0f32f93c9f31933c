//! Verifying an access token.
//!
//! The issuer and the audience are fixed by configuration, the algorithm by the kind of the issuer's key; the token
//! chooses none of them. It only names which of the issuer's keys made it.

use std::sync::Arc;

use api_types::number;
use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::{Algorithm, Header, Validation, decode, decode_header, get_current_timestamp};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::key_set::{KeySet, KeySource, KeysUnavailable, PublicKey, Verified};
use crate::revocations::Revocations;
use crate::roles::Roles;
use crate::scopes::Scopes;
use crate::subject::TokenSubject;

/// Clocks of machines in one installation differ by less.
const LEEWAY_SECONDS: u64 = 5;

/// Ours have about 400; what is longer is not worth hashing.
pub const TOKEN_BYTES_MAX: usize = 4 * 1024;

#[derive(Debug)]
pub struct TokenVerifier {
    sources: Vec<Arc<dyn KeySource>>,
    /// Its algorithm is replaced by the key's.
    validation: Validation,
    revocations: Arc<Revocations>,
}

/// Why a token opens nothing.
#[derive(Debug, thiserror::Error)]
pub enum TokenError {
    #[error("the token is not good")]
    Invalid,
    /// The one fault that a caller repairs by itself, with a fresh token.
    #[error("the token has expired")]
    Expired,
    #[error("the token was revoked")]
    Revoked,
    /// Whether the token is good is not known; its holder should not throw it away.
    #[error("the keys of its issuer are not known")]
    KeysUnavailable(#[source] KeysUnavailable),
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
    /// Likewise.
    #[serde(default)]
    jti: serde_json::Value,
    #[serde(default)]
    iat: Option<f64>,
    /// Of a personal token of ours. What OAuth calls `scope` is for others.
    #[serde(default)]
    scopes: Option<Vec<String>>,
}

impl TokenVerifier {
    #[must_use]
    pub fn new(
        sources: Vec<Arc<dyn KeySource>>,
        issuer: &str,
        audience: &str,
        revocations: Arc<Revocations>,
    ) -> Self {
        let mut validation = Validation::new(Algorithm::EdDSA);
        validation.leeway = LEEWAY_SECONDS;
        validation.validate_nbf = true;
        validation.set_issuer(&[issuer]);
        validation.set_audience(&[audience]);
        validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        Self { sources, validation, revocations }
    }

    /// Where its keys come from.
    #[must_use]
    pub fn sources(&self) -> &[Arc<dyn KeySource>] {
        &self.sources
    }

    /// Whom the token names.
    ///
    /// # Errors
    /// Where the token is not good, or where that cannot be known.
    pub async fn verify(&self, token: &str) -> Result<TokenSubject, TokenError> {
        let subject = self.verify_signature(token).await?;
        if self.revocations.is_revoked(&subject) { Err(TokenError::Revoked) } else { Ok(subject) }
    }

    async fn verify_signature(&self, token: &str) -> Result<TokenSubject, TokenError> {
        if token.len() > TOKEN_BYTES_MAX {
            return Err(TokenError::Invalid);
        }
        let sha256: [u8; 32] = Sha256::digest(token).into();
        let now = get_current_timestamp();
        let known = self.sources.iter().find_map(|source| source.current().cache().get(&sha256, now));
        if let Some(subject) = known {
            return Ok(subject);
        }
        let named = named_key(token)?;
        let (keys, key) = self.key(&named.kid).await?;
        if key.algorithm != named.algorithm {
            return Err(TokenError::Invalid);
        }
        let verified = self.verify_with(token, &key)?;
        keys.cache().put(sha256, verified);
        Ok(verified.subject)
    }

    /// The key of that name, and the set it is from. A name that nobody knows may be newer than what was read.
    async fn key(&self, kid: &str) -> Result<(Arc<KeySet>, PublicKey), TokenError> {
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
        Err(unavailable.map_or(TokenError::Invalid, TokenError::KeysUnavailable))
    }

    fn verify_with(&self, token: &str, key: &PublicKey) -> Result<Verified, TokenError> {
        let mut validation = self.validation.clone();
        validation.algorithms = vec![key.algorithm];
        let claims = decode::<Claims>(token, &key.key, &validation).map_err(|error| explain(&error))?.claims;
        let account = number::positive(&claims.sub).ok_or(TokenError::Invalid)?;
        let roles = Roles::from_names(claims.roles.iter().map(String::as_str));
        let id = |value: &serde_json::Value| value.as_str().and_then(|text| Uuid::try_parse(text).ok());
        let (session, token) = (id(&claims.sid), id(&claims.jti));
        let scopes = claims.scopes.map(|names| Scopes::from_names(names.iter().map(String::as_str)));
        let issued = token.and_then(milliseconds_of).unwrap_or_else(|| millis(claims.iat));
        // Negative and huge numbers saturate; the validation above has already compared them with the clock.
        let expires = claims.exp as u64;
        Ok(Verified { subject: TokenSubject { account, roles, session, scopes, token, issued }, expires })
    }
}

/// Our tokens' ids say when they were made, more exactly than `iat` does.
fn milliseconds_of(id: Uuid) -> Option<u64> {
    let (seconds, nanos) = id.get_timestamp().filter(|_| id.get_version_num() == 7)?.to_unix();
    Some(seconds * 1_000 + u64::from(nanos / 1_000_000))
}

fn millis(seconds: Option<f64>) -> u64 {
    // Negative and huge numbers saturate.
    seconds.map_or(0, |seconds| (seconds * 1_000.0) as u64)
}

fn in_set(keys: Arc<KeySet>, kid: &str) -> Option<(Arc<KeySet>, PublicKey)> {
    let key = keys.find(kid)?.clone();
    Some((keys, key))
}

/// What the token says that it was signed with.
struct NamedKey {
    kid: String,
    algorithm: Algorithm,
}

fn named_key(token: &str) -> Result<NamedKey, TokenError> {
    let header = decode_header(token).map_err(|_unreadable| TokenError::Invalid)?;
    if !is_acceptable(&header) {
        return Err(TokenError::Invalid);
    }
    Ok(NamedKey { algorithm: header.alg, kid: header.kid.ok_or(TokenError::Invalid)? })
}

/// An access token is typed as such or as a plain JWT: other tokens of the issuer, such as those that say who signed
/// in, must not open this door. Extensions marked as critical must be understood (RFC 7515 §4.1.11), and none is.
fn is_acceptable(header: &Header) -> bool {
    let typed = header
        .typ
        .as_deref()
        .is_none_or(|kind| kind.eq_ignore_ascii_case("JWT") || kind.eq_ignore_ascii_case("at+jwt"));
    // Said here, too, so that a token of another kind costs no search for its key.
    let allowed = matches!(header.alg, Algorithm::EdDSA | Algorithm::ES256 | Algorithm::RS256);
    allowed && header.crit.is_none() && typed
}

fn explain(error: &jsonwebtoken::errors::Error) -> TokenError {
    match error.kind() {
        ErrorKind::ExpiredSignature => TokenError::Expired,
        _ => TokenError::Invalid,
    }
}
