//! The issuer's public keys, from a file.
//!
//! The file is read at the start, and again when a token names a key that is not known, so that the issuer can add a key
//! without a restart. Anybody can name a key that does not exist, so that happens at most once per second.

use std::io;
use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use jsonwebtoken::DecodingKey;
use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, JwkSet, PublicKeyUse};
use tokio::sync::Mutex;
use tokio::time::Instant;

use super::cache::TokenCache;

const REREAD_INTERVAL: Duration = Duration::from_secs(1);
const ED25519_KEY_BYTES: usize = 32;

#[derive(Debug, thiserror::Error)]
pub enum JwksError {
    #[error("the key set {path} cannot be read")]
    Read {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    #[error("the key set {path} is no JSON Web Key Set")]
    Parse {
        path: PathBuf,
        #[source]
        source: serde_json::Error,
    },
    #[error("the key set {path} holds no Ed25519 key with a kid")]
    Empty { path: PathBuf },
}

/// The keys of one reading, and the tokens that they verified.
#[derive(Debug)]
pub(super) struct KeySet {
    keys: Vec<(String, DecodingKey)>,
    cache: TokenCache,
}

impl KeySet {
    pub(super) fn find(&self, kid: &str) -> Option<&DecodingKey> {
        self.keys.iter().find(|(known, _)| known == kid).map(|(_, key)| key)
    }

    pub(super) fn cache(&self) -> &TokenCache {
        &self.cache
    }
}

#[derive(Debug)]
pub(super) struct KeyStore {
    path: PathBuf,
    current: RwLock<Arc<KeySet>>,
    last_read: Mutex<Instant>,
}

impl KeyStore {
    pub(super) fn open(path: PathBuf) -> Result<Self, JwksError> {
        let keys = read(std::fs::read(&path), &path)?;
        Ok(Self { path, current: RwLock::new(Arc::new(keys)), last_read: Mutex::new(Instant::now()) })
    }

    pub(super) fn current(&self) -> Arc<KeySet> {
        Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Reads the file again in search of a key, unless that was done a moment ago. `None` when there is no such key.
    pub(super) async fn reread(&self, kid: &str) -> Option<Arc<KeySet>> {
        let mut last_read = self.last_read.lock().await;
        // Somebody else may have read it while this call waited.
        let current = self.current();
        if current.find(kid).is_some() {
            return Some(current);
        }
        if last_read.elapsed() < REREAD_INTERVAL {
            return None;
        }
        *last_read = Instant::now();
        match read(tokio::fs::read(&self.path).await, &self.path) {
            Ok(keys) => {
                let keys = Arc::new(keys);
                *self.current.write().unwrap_or_else(PoisonError::into_inner) = Arc::clone(&keys);
                tracing::info!(keys = keys.keys.len(), "the key set was read again");
                keys.find(kid).is_some().then_some(keys)
            }
            Err(error) => {
                // The keys that are known stay good; a file that is being replaced should not lock everybody out.
                tracing::warn!(%error, "the key set could not be read again");
                None
            }
        }
    }
}

fn read(content: io::Result<Vec<u8>>, path: &std::path::Path) -> Result<KeySet, JwksError> {
    let path = path.to_owned();
    let content = content.map_err(|source| JwksError::Read { path: path.clone(), source })?;
    let set: JwkSet =
        serde_json::from_slice(&content).map_err(|source| JwksError::Parse { path: path.clone(), source })?;
    let keys: Vec<_> = set.keys.into_iter().filter_map(usable).collect();
    if keys.is_empty() {
        return Err(JwksError::Empty { path });
    }
    Ok(KeySet { keys, cache: TokenCache::new() })
}

/// Keys of other kinds are skipped: a shared issuer may publish them for other services.
fn usable(jwk: Jwk) -> Option<(String, DecodingKey)> {
    let AlgorithmParameters::OctetKeyPair(parameters) = &jwk.algorithm else { return None };
    let for_signatures =
        jwk.common.public_key_use.as_ref().is_none_or(|purpose| *purpose == PublicKeyUse::Signature);
    if parameters.curve != EllipticCurve::Ed25519 || !for_signatures {
        return None;
    }
    let key = DecodingKey::from_ed_components(&parameters.x).ok()?;
    let complete = key.try_get_as_bytes().is_ok_and(|bytes| bytes.len() == ED25519_KEY_BYTES);
    Some((jwk.common.key_id.filter(|_| complete)?, key))
}
