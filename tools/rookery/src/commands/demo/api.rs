//! The few calls to the public API that the demo makes.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, bail};
use api_types::import::ImportReport;
use api_types::problem::Problem;
use http_kit::position::{AWAIT_POSITION, EVENT_POSITION, PREFER};
use reqwest::{Client, RequestBuilder, Response, StatusCode, header};

use crate::api_access::whose_token;

/// Longer than the service takes before it gives a request up itself.
const TIMEOUT: Duration = Duration::from_secs(40);
/// The longest that the service takes.
const WAIT: &str = "wait=30";

const READY_WITHIN: Duration = Duration::from_secs(30);
const READY_POLL: Duration = Duration::from_millis(500);

pub(super) struct Api {
    client: Client,
    url: String,
    token: String,
}

impl Api {
    pub(super) fn new(url: &str, token: &str) -> Result<Self> {
        // Straight to the address: a proxy of the environment would not find this machine's loopback.
        let client = Client::builder().timeout(TIMEOUT).no_proxy().build()?;
        Ok(Self { client, url: url.to_owned(), token: token.to_owned() })
    }

    /// Tells a system that does not run from one that is not ready, which may have just been started.
    pub(super) async fn require_ready(&self) -> Result<()> {
        let deadline = Instant::now() + READY_WITHIN;
        loop {
            let answer = self.client.get(format!("{}/readyz", self.url)).send().await;
            let answer = answer.map_err(|error| {
                let start = "start it with `make run` (or `rookery up`) in another terminal, or name its address with --url";
                anyhow!(error).context(format!("no Rookery answers at {}; {start}", self.url))
            })?;
            let status = answer.status();
            if status.is_success() {
                return Ok(());
            }
            if Instant::now() >= deadline {
                let checks = answer.text().await.unwrap_or_default();
                bail!("Rookery at {} is not ready ({status}): {checks}", self.url)
            }
            tokio::time::sleep(READY_POLL).await;
        }
    }

    /// How many messages an account has.
    pub(super) async fn count_by(&self, account: &str) -> Result<u64> {
        let request = self.client.get(format!("{}/v1/messages?author={account}&count=1", self.url));
        self.send(request).await?.json().await.context("the count cannot be read")
    }

    pub(super) async fn has_account(&self, handle: &str) -> Result<bool> {
        let request = self.client.get(format!("{}/v1/accounts/by-handle/{handle}", self.url));
        let answer = request.bearer_auth(&self.token).send().await?;
        if answer.status() == StatusCode::NOT_FOUND {
            return Ok(false);
        }
        answer.error_for_status().map(|_| true).context("whether the society is there cannot be read")
    }

    /// The report on each line, and the position of the last event.
    pub(super) async fn import(&self, lines: &[String]) -> Result<(Vec<ImportReport>, Option<i64>)> {
        let request = self
            .client
            .post(format!("{}/v1/import", self.url))
            .header(header::CONTENT_TYPE, "application/x-ndjson")
            .body(lines.join("\n"));
        let answer = self.send(request).await?;
        let position =
            answer.headers().get(EVENT_POSITION).and_then(|value| value.to_str().ok()?.parse().ok());
        let body = answer.text().await?;
        let reports = body.lines().map(serde_json::from_str).collect::<Result<_, _>>();
        Ok((reports.context("the report cannot be read")?, position))
    }

    /// Returns once everything up to the position can be read.
    pub(super) async fn wait_for(&self, position: i64) -> Result<()> {
        let request = self.client.get(format!("{}/v1/messages?limit=1", self.url));
        let request = request.header(AWAIT_POSITION, position.to_string()).header(PREFER, WAIT);
        self.send(request).await.map(drop).context("the messages are in the log, but cannot be read yet")
    }

    async fn send(&self, request: RequestBuilder) -> Result<Response> {
        let answer = request.bearer_auth(&self.token).send().await?;
        if answer.status().is_success() {
            return Ok(answer);
        }
        let status = answer.status();
        let body = answer.text().await.unwrap_or_default();
        match serde_json::from_str::<Problem>(&body) {
            Ok(problem) => {
                let detail = problem.detail.unwrap_or(problem.title);
                bail!(
                    "Rookery answers {status}, {}: {detail}{}",
                    problem.code,
                    whose_token(status, &self.token)
                )
            }
            Err(_no_problem) => bail!("{} answers {status}; is that a Rookery?", self.url),
        }
    }
}
