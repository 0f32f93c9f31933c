//! The position of the data set, as a query API tells it on its internal address.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use reqwest::{Client, Url};
use serde::Deserialize;

use super::{DataPositions, DataUnavailable, Reached};

/// Beyond the wait that was asked for.
const ANSWER_MARGIN: Duration = Duration::from_secs(1);
const CONNECT_TIMEOUT: Duration = Duration::from_millis(500);

/// An address with http or https.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataPositionUrl(Url);

#[derive(Debug, thiserror::Error)]
#[error("this is no address like http://query-api:9082/internal/position")]
pub struct NoDataPositionUrl;

impl FromStr for DataPositionUrl {
    type Err = NoDataPositionUrl;

    fn from_str(text: &str) -> Result<Self, NoDataPositionUrl> {
        let url = Url::parse(text).ok();
        let url = url.filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
        url.map(Self).ok_or(NoDataPositionUrl)
    }
}

impl fmt::Display for DataPositionUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

#[derive(Debug)]
pub(crate) struct UrlDataPositions {
    url: Url,
    client: Client,
}

#[derive(Deserialize)]
struct Answer {
    position: i64,
}

impl UrlDataPositions {
    /// # Errors
    /// When no HTTP client can be made.
    pub(crate) fn new(url: &DataPositionUrl) -> reqwest::Result<Self> {
        let mut builder = Client::builder().connect_timeout(CONNECT_TIMEOUT);
        if url.0.scheme() == "http" {
            // A machine without certificates can still talk to its neighbour.
            builder = builder.tls_certs_only([]);
        }
        Ok(Self { url: url.0.clone(), client: builder.build()? })
    }

    async fn ask(&self, lineage: &str, position: i64, wait: Duration) -> reqwest::Result<i64> {
        let mut url = self.url.clone();
        url.query_pairs_mut()
            .append_pair("lineage", lineage)
            .append_pair("position", &position.to_string())
            .append_pair("waitMilliseconds", &wait.as_millis().to_string());
        let answer = self.client.get(url).timeout(wait + ANSWER_MARGIN).send().await?.error_for_status()?;
        Ok(answer.json::<Answer>().await?.position)
    }
}

impl DataPositions for UrlDataPositions {
    fn reach<'a>(&'a self, lineage: &'a str, position: i64, wait: Duration) -> Reached<'a> {
        Box::pin(async move {
            self.ask(lineage, position, wait).await.map_err(|error| {
                tracing::debug!(%error, "the query API does not tell its position");
                DataUnavailable
            })
        })
    }
}
