//! Keys from a file, which is read at the start and again when a key is missed.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use service_kit::{Chain, Seldom};

use super::{CurrentKeys, KeySet, KeySource, KeysUnavailable};

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
    #[error("the key set {path} holds no usable key with a kid (Ed25519, P-256, or RSA of 2048 bits)")]
    Empty { path: PathBuf },
    #[error("the HTTP client cannot be made")]
    Client(#[source] reqwest::Error),
    #[error("there is no source of keys")]
    NoSource,
}

#[derive(Debug)]
pub struct FileKeys {
    path: PathBuf,
    current: CurrentKeys,
}

impl FileKeys {
    /// # Errors
    /// When the file holds no usable key.
    pub fn open(path: PathBuf) -> Result<Self, JwksError> {
        let keys = read(std::fs::read(&path), &path)?;
        Ok(Self { path, current: CurrentKeys::new(keys) })
    }

    async fn reread(&self) -> Result<KeySet, JwksError> {
        read(tokio::fs::read(&self.path).await, &self.path)
    }
}

#[async_trait]
impl KeySource for FileKeys {
    fn current(&self) -> Arc<KeySet> {
        self.current.get()
    }

    async fn look_again(&self, kid: &str) -> Result<Arc<KeySet>, KeysUnavailable> {
        let read = async { self.reread().await.map_err(KeysUnavailable::new) };
        match self.current.look_again(kid, read).await {
            Ok(keys) => Ok(keys),
            Err(error) => {
                // A file that is being replaced should not make every bad token look like a failure of ours, and there
                // may be any number of them.
                static WARNING: Seldom = Seldom::new(Duration::from_secs(10));
                if let Some(held_back) = WARNING.due() {
                    tracing::warn!(error = %Chain(&error), held_back, "the key set could not be read again");
                }
                Ok(self.current())
            }
        }
    }

    async fn refresh(&self) {
        match self.reread().await {
            Ok(keys) => self.current.replace(keys),
            Err(error) => tracing::warn!(error = %Chain(&error), "the key set could not be read again"),
        }
    }
}

fn read(content: io::Result<Vec<u8>>, path: &Path) -> Result<KeySet, JwksError> {
    let path = path.to_owned();
    let content = content.map_err(|source| JwksError::Read { path: path.clone(), source })?;
    let keys =
        KeySet::from_json(&content).map_err(|source| JwksError::Parse { path: path.clone(), source })?;
    if keys.is_empty() { Err(JwksError::Empty { path }) } else { Ok(keys) }
}
