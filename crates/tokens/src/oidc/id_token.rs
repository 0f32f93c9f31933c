//! Verifying an ID token (OpenID Connect Core 1.0 §3.1.3.7).
//!
//! The algorithm is that of the key; a symmetric key or `none` cannot get in, because [`KeySet`] takes no such key.

use jsonwebtoken::{Algorithm, Header, Validation, decode, decode_header, get_current_timestamp};
use serde::Deserialize;
use serde_json::Value;

use super::ProviderError;
use crate::key_set::KeySet;

/// How far the provider's clock may be from ours.
const LEEWAY_SECONDS: u64 = 60;
/// A token is made for the code that was just redeemed; an older one is somebody else's.
const AGE_MAX_SECONDS: u64 = 600;
/// Core §2: "it MUST NOT exceed 255 ASCII characters in length".
const SUBJECT_BYTES_MAX: usize = 255;
/// Those with groups and roles have some KB.
pub(super) const BYTES_MAX: usize = 32 * 1024;

/// Whom the provider says that it knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdToken {
    pub subject: String,
}

/// What a token has to say.
#[derive(Debug, Clone, Copy)]
pub(super) struct Expected<'of> {
    pub(super) issuer: &'of str,
    pub(super) client_id: &'of str,
    pub(super) nonce: &'of str,
}

#[derive(Deserialize)]
struct Claims {
    sub: String,
    aud: Value,
    #[serde(default)]
    azp: Option<String>,
    #[serde(default)]
    nonce: Option<String>,
    /// Seconds since 1970. Some issuers write fractions.
    iat: f64,
}

/// The key that the token names.
pub(super) fn kid(token: &str) -> Result<String, ProviderError> {
    let header = header(token)?;
    header.kid.ok_or_else(|| refused("the ID token names no key"))
}

fn header(token: &str) -> Result<Header, ProviderError> {
    if token.len() > BYTES_MAX {
        return Err(refused("the ID token is too long"));
    }
    let header = decode_header(token).map_err(|_unreadable| refused("what came is no ID token"))?;
    // An access token of the same provider is typed as such, and says something else.
    let is_typed = header.typ.as_deref().is_none_or(|kind| kind.eq_ignore_ascii_case("JWT"));
    let is_allowed = matches!(header.alg, Algorithm::EdDSA | Algorithm::ES256 | Algorithm::RS256);
    if is_typed && is_allowed && header.crit.is_none() {
        Ok(header)
    } else {
        Err(refused("the ID token is of another kind"))
    }
}

pub(super) fn verify(token: &str, keys: &KeySet, expected: Expected<'_>) -> Result<IdToken, ProviderError> {
    let (header, kid) = (header(token)?, kid(token)?);
    let key = keys.find(&kid).ok_or_else(|| refused("the ID token names a key that is not published"))?;
    if key.algorithm != header.alg {
        return Err(refused("the ID token names another algorithm than its key has"));
    }
    let mut validation = Validation::new(key.algorithm);
    validation.leeway = LEEWAY_SECONDS;
    validation.validate_nbf = true;
    validation.set_issuer(&[expected.issuer]);
    validation.set_audience(&[expected.client_id]);
    validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
    let decoded = decode::<Claims>(token, &key.key, &validation);
    // The library's words name a rule, and nothing of the token.
    let claims = decoded.map_err(|error| refused(format!("the ID token is not good: {error}")))?.claims;
    check(claims, expected)
}

fn check(claims: Claims, expected: Expected<'_>) -> Result<IdToken, ProviderError> {
    let Claims { sub, aud, azp, nonce, iat } = claims;
    if nonce.as_deref() != Some(expected.nonce) {
        return Err(refused("the ID token was made for another log-in"));
    }
    let is_for_several = aud.as_array().is_some_and(|all| all.len() > 1);
    let is_authorized = match azp.as_deref() {
        Some(party) => party == expected.client_id,
        None => !is_for_several,
    };
    if !is_authorized {
        return Err(refused("the ID token was made for another client"));
    }
    // Below 2^53 for longer than any clock counts.
    let now = get_current_timestamp() as f64;
    let (earliest, latest) = (now - (AGE_MAX_SECONDS + LEEWAY_SECONDS) as f64, now + LEEWAY_SECONDS as f64);
    if !(earliest..=latest).contains(&iat) {
        return Err(refused("the ID token was not made now"));
    }
    if sub.is_empty() || sub.len() > SUBJECT_BYTES_MAX {
        return Err(refused("the subject has no good length"));
    }
    Ok(IdToken { subject: sub })
}

fn refused(why: impl Into<String>) -> ProviderError {
    ProviderError::Refused(why.into())
}
