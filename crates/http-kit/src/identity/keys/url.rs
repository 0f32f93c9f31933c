//! Keys from an address, as this system's dispatcher and every OIDC issuer publish them.
//!
//! Until the first answer the set is empty. Keys that are known stay good while the address cannot be reached.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use reqwest::{Client, Response, Url};
use service_kit::Chain;

use super::file::JwksError;
use super::{CurrentKeys, KeySet, KeySource, KeysUnavailable};

/// For a whole answer. A request with an unknown key waits for it, so it is short.
const FETCH_TIMEOUT: Duration = Duration::from_secs(3);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(1);
const REDIRECTS_MAX: usize = 3;
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
        let url = Url::parse(text).map_err(|_invalid| NoJwksUrl)?;
        let acceptable = matches!(url.scheme(), "http" | "https") && url.has_host();
        if acceptable { Ok(Self(url)) } else { Err(NoJwksUrl) }
    }
}

#[derive(Debug)]
pub(crate) struct UrlKeys {
    url: Url,
    client: Client,
    current: CurrentKeys,
}

impl UrlKeys {
    pub(crate) fn new(url: &JwksUrl) -> Result<Self, JwksError> {
        let is_encrypted = url.0.scheme() == "https";
        let mut builder = Client::builder()
            .timeout(FETCH_TIMEOUT)
            .connect_timeout(CONNECT_TIMEOUT)
            .redirect(reqwest::redirect::Policy::limited(REDIRECTS_MAX))
            // A caller that asked for encryption must not be led away from it.
            .https_only(is_encrypted);
        if !is_encrypted {
            // A machine without certificates can still talk to its neighbour.
            builder = builder.tls_certs_only([]);
        }
        let client = builder.build().map_err(JwksError::Client)?;
        Ok(Self { url: url.0.clone(), client, current: CurrentKeys::new(KeySet::empty()) })
    }

    async fn fetch(&self) -> Result<KeySet, KeysUnavailable> {
        let answer = self.client.get(self.url.clone()).send().await.and_then(Response::error_for_status);
        let body = read_body(answer.map_err(KeysUnavailable::new)?).await?;
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

async fn read_body(mut answer: Response) -> Result<Vec<u8>, KeysUnavailable> {
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(KeysUnavailable::new)? {
        if body.len() + chunk.len() > BODY_BYTES_MAX {
            return Err(KeysUnavailable::new(format!("it is larger than {BODY_BYTES_MAX} bytes")));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

impl fmt::Display for JwksUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}
