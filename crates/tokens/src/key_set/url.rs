//! Keys from an address, as this system's dispatcher and every OIDC issuer publish them.
//!
//! Until the first answer the set is empty. Keys that are known stay good while the address cannot be reached.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use async_trait::async_trait;
use reqwest::{Client, Url};
use service_kit::Chain;

use super::file::JwksError;
use super::{CurrentKeys, KeySet, KeySource, KeysUnavailable};
use crate::http_source;

/// Large issuers publish about 10 KB.
const BODY_BYTES_MAX: usize = 256 * 1024;

/// An address with http or https.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JwksUrl(Url);

#[derive(Debug, thiserror::Error)]
#[error("this is no address like https://issuer.example/.well-known/jwks.json")]
pub struct NoJwksUrl;

impl FromStr for JwksUrl {
    type Err = NoJwksUrl;

    fn from_str(text: &str) -> Result<Self, NoJwksUrl> {
        http_source::parse(text).map(Self).ok_or(NoJwksUrl)
    }
}

#[derive(Debug)]
pub struct UrlKeys {
    url: Url,
    client: Client,
    current: CurrentKeys,
}

impl UrlKeys {
    /// Reads nothing yet.
    ///
    /// # Errors
    /// When no HTTP client can be made.
    pub fn new(url: &JwksUrl) -> Result<Self, JwksError> {
        let client = http_source::client(&url.0).map_err(JwksError::Client)?;
        Ok(Self { url: url.0.clone(), client, current: CurrentKeys::new(KeySet::empty()) })
    }

    async fn fetch(&self) -> Result<KeySet, KeysUnavailable> {
        let body = http_source::fetch(&self.client, self.url.clone(), BODY_BYTES_MAX).await;
        let body = body.map_err(KeysUnavailable::new)?;
        let keys = KeySet::from_json(&body).map_err(KeysUnavailable::new)?;
        if keys.is_empty() {
            return Err(KeysUnavailable::new("it holds no usable key with a kid"));
        }
        Ok(keys)
    }
}

#[async_trait]
impl KeySource for UrlKeys {
    fn current(&self) -> Arc<KeySet> {
        self.current.get()
    }

    async fn look_again(&self, kid: &str) -> Result<Arc<KeySet>, KeysUnavailable> {
        self.current.look_again(kid, self.fetch()).await
    }

    async fn refresh(&self) {
        match self.fetch().await {
            Ok(keys) => self.current.replace(keys),
            Err(error) => {
                tracing::warn!(error = %Chain(&error), "the key set could not be fetched; the known one stays")
            }
        }
    }
}

impl fmt::Display for JwksUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}
