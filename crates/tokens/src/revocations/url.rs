//! What is void, as a dispatcher tells it on its internal address.

use std::fmt;
use std::str::FromStr;

use reqwest::{Client, Url};

use super::{Revocations, RevocationsDocument};
use crate::http_source;

/// Sixteen full parts, with their names.
const BODY_BYTES_MAX: usize = 8 << 20;

/// An address with http or https.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RevocationsUrl(Url);

#[derive(Debug, thiserror::Error)]
#[error("this is no address like http://dispatcher:8081/internal/revocations")]
pub struct NoRevocationsUrl;

/// They cannot be read; those that are known stay.
#[derive(Debug, thiserror::Error)]
#[error("the revocations cannot be read")]
pub struct RevocationsUnavailable(#[source] Box<dyn std::error::Error + Send + Sync>);

impl FromStr for RevocationsUrl {
    type Err = NoRevocationsUrl;

    fn from_str(text: &str) -> Result<Self, NoRevocationsUrl> {
        http_source::parse(text).map(Self).ok_or(NoRevocationsUrl)
    }
}

impl fmt::Display for RevocationsUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

#[derive(Debug)]
pub struct UrlRevocations {
    url: Url,
    client: Client,
}

impl UrlRevocations {
    /// # Errors
    /// When no HTTP client can be made.
    pub fn new(url: &RevocationsUrl) -> Result<Self, RevocationsUnavailable> {
        let client = http_source::client(&url.0).map_err(unavailable)?;
        Ok(Self { url: url.0.clone(), client })
    }

    /// Learns what has changed.
    ///
    /// # Errors
    /// Where nothing could be learned; what is known stays.
    pub async fn refresh(&self, revocations: &Revocations) -> Result<(), RevocationsUnavailable> {
        let (lineage, revisions) = revocations.revisions();
        let revisions = revisions.iter().map(u64::to_string).collect::<Vec<_>>().join(",");
        let mut url = self.url.clone();
        url.query_pairs_mut().append_pair("lineage", &lineage).append_pair("known", &revisions);
        let body = http_source::fetch(&self.client, url, BODY_BYTES_MAX).await.map_err(unavailable)?;
        let document: RevocationsDocument = serde_json::from_slice(&body).map_err(unavailable)?;
        revocations.take(document);
        Ok(())
    }
}

fn unavailable(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> RevocationsUnavailable {
    RevocationsUnavailable(error.into())
}
