//! The public keys that tokens are verified with, and where they come from.
//!
//! A verifier may have several sources: a file, an address, and keys of its own process. Each gives at once what it
//! knows, and looks again when a token names a key that none of them knows, so that an issuer can add a key without
//! anybody having to restart.

mod cache;
mod current;
mod file;
mod url;

use std::error::Error;
use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, JwkSet, KeyAlgorithm, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey};

pub use current::CurrentKeys;
pub use file::{FileKeys, JwksError};
pub use url::{JwksUrl, UrlKeys};

pub(crate) use cache::Verified;

use cache::TokenCache;

const ED25519_KEY_BYTES: usize = 32;
/// RFC 7518 §3.3.
const RSA_MODULUS_BITS_MIN: usize = 2_048;

/// A source cannot tell whether it has newer keys.
#[derive(Debug, Clone, thiserror::Error)]
#[error("the key set cannot be read")]
pub struct KeysUnavailable(#[source] Arc<dyn Error + Send + Sync>);

impl KeysUnavailable {
    #[must_use]
    pub fn new(cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self(Arc::from(cause.into()))
    }
}

/// Where public keys come from.
#[async_trait]
pub trait KeySource: Send + Sync + fmt::Debug {
    /// What is known at this moment. It may be empty, and it may be old.
    fn current(&self) -> Arc<KeySet>;

    /// Looks for a key that is not known, and gives the set as it is then, with the key or without. Anybody can name a
    /// key that does not exist, so this must cost the source little; [`CurrentKeys::look_again`] sees to that.
    async fn look_again(&self, kid: &str) -> Result<Arc<KeySet>, KeysUnavailable>;

    /// Brings the set up to date; called now and then, so that keys which were withdrawn are noticed.
    async fn refresh(&self);
}

/// The keys of one reading, and the tokens that they verified.
#[derive(Debug)]
pub struct KeySet {
    keys: Vec<PublicKey>,
    /// What the keys were made from, to tell whether another reading brought anything new.
    jwks: Vec<Jwk>,
    cache: TokenCache,
}

/// A key and the one algorithm that it may be used with. The token's header must agree; it never decides.
#[derive(Debug, Clone)]
pub(crate) struct PublicKey {
    kid: String,
    pub(crate) algorithm: Algorithm,
    pub(crate) key: DecodingKey,
}

impl KeySet {
    #[must_use]
    pub fn empty() -> Self {
        Self { keys: Vec::new(), jwks: Vec::new(), cache: TokenCache::new() }
    }

    /// Reads a JSON Web Key Set. Keys that cannot be used here are skipped: a shared issuer may publish them for
    /// others.
    ///
    /// # Errors
    /// When it is no such set.
    pub fn from_json(json: &[u8]) -> Result<Self, serde_json::Error> {
        let set: JwkSet = serde_json::from_slice(json)?;
        let (jwks, keys) = set.keys.into_iter().filter_map(|jwk| usable(&jwk).map(|key| (jwk, key))).unzip();
        Ok(Self { keys, jwks, cache: TokenCache::new() })
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    #[must_use]
    pub fn knows(&self, kid: &str) -> bool {
        self.find(kid).is_some()
    }

    pub(crate) fn find(&self, kid: &str) -> Option<&PublicKey> {
        self.keys.iter().find(|known| known.kid == kid)
    }

    pub(crate) fn cache(&self) -> &TokenCache {
        &self.cache
    }
}

/// EdDSA over Ed25519, ES256 and RS256, each by the kind of its key; so a symmetric key or `none` cannot get in.
fn usable(jwk: &Jwk) -> Option<PublicKey> {
    let for_signatures =
        jwk.common.public_key_use.as_ref().is_none_or(|purpose| *purpose == PublicKeyUse::Signature);
    let (algorithm, name) = match &jwk.algorithm {
        AlgorithmParameters::OctetKeyPair(key) if key.curve == EllipticCurve::Ed25519 => {
            (Algorithm::EdDSA, KeyAlgorithm::EdDSA)
        }
        AlgorithmParameters::EllipticCurve(key) if key.curve == EllipticCurve::P256 => {
            (Algorithm::ES256, KeyAlgorithm::ES256)
        }
        AlgorithmParameters::RSA(key) if modulus_bits(&key.n) >= RSA_MODULUS_BITS_MIN => {
            (Algorithm::RS256, KeyAlgorithm::RS256)
        }
        _ => return None,
    };
    let meant_so = jwk.common.key_algorithm.is_none_or(|meant| meant == name);
    if !for_signatures || !meant_so {
        return None;
    }
    let key = DecodingKey::from_jwk(jwk).ok()?;
    let is_short = algorithm == Algorithm::EdDSA
        && key.try_get_as_bytes().is_ok_and(|bytes| bytes.len() != ED25519_KEY_BYTES);
    let kid = jwk.common.key_id.clone().filter(|_| !is_short)?;
    Some(PublicKey { kid, algorithm, key })
}

/// Of a base64url number. Leading zeros are not allowed in it (RFC 7518 §2), so six bits a character is near enough.
fn modulus_bits(base64url: &str) -> usize {
    base64url.len() * 6
}
