//! One try: an event on its way to a receiver, and what comes of it.

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{CONTENT_TYPE, RETRY_AFTER};
use reqwest::{Client, Response, StatusCode, redirect};
use time::OffsetDateTime;
use tokio::runtime::{Builder, Handle, Runtime};
use tokio_util::task::AbortOnDropHandle;

use super::WebhookSettings;
use super::address::{self, CheckedNames};
use super::webhook::Webhook;
use consumers::Line;

const CONNECT_MAX: Duration = Duration::from_secs(5);
/// Of the answer's body, which nobody reads; a longer one costs its sender the connection.
const ANSWER_BYTES_MAX: usize = 16 * 1024;
/// For that body.
const ANSWER_MAX: Duration = Duration::from_secs(1);
/// Of a connection that waits for the next event.
const IDLE_MAX: Duration = Duration::from_secs(30);
/// For a try that does not keep its limit by itself, and reads an answer's body.
const OVERTIME_MAX: Duration = Duration::from_secs(2);
const NOT_IN_TIME: &str = "no answer in time";
/// For all receivers.
const THREADS: usize = 2;
/// The structured mode of CloudEvents.
const CLOUD_EVENT: &str = "application/cloudevents+json";

#[derive(Debug)]
pub(super) enum Sent {
    Taken,
    /// The receiver wants no more events, ever.
    Gone,
    Failed {
        outcome: String,
        /// As the receiver asks.
        wait: Duration,
    },
}

/// Where connections to receivers are served, apart from everything else: what a receiver answers may keep the threads busy
/// that read it, like interim answers (`100 Continue`) without end, of which the HTTP library reads as many as are there.
#[derive(Debug)]
pub(super) struct Threads(Option<Runtime>);

impl Threads {
    /// # Errors
    /// Where they cannot be started.
    pub(super) fn start() -> std::io::Result<Self> {
        let mut runtime = Builder::new_multi_thread();
        let runtime = runtime.worker_threads(THREADS).thread_name("webhooks").enable_all().build()?;
        Ok(Self(Some(runtime)))
    }

    pub(super) fn handle(&self) -> Option<Handle> {
        self.0.as_ref().map(|runtime| runtime.handle().clone())
    }
}

impl Drop for Threads {
    fn drop(&mut self) {
        // What is under way there is nobody's any more.
        self.0.take().into_iter().for_each(Runtime::shutdown_background);
    }
}

/// Of one webhook: connections are not shared.
#[derive(Debug)]
pub(super) struct Sender {
    client: Client,
    threads: Handle,
    settings: WebhookSettings,
}

impl Sender {
    /// # Errors
    /// Where the HTTP client cannot be made, as on a machine without certificates.
    pub(super) fn new(
        settings: WebhookSettings,
        is_encrypted: bool,
        threads: Handle,
    ) -> reqwest::Result<Self> {
        let mut builder = Client::builder()
            .user_agent(concat!("rookery/", env!("CARGO_PKG_VERSION")))
            .timeout(settings.timeout)
            .connect_timeout(CONNECT_MAX.min(settings.timeout))
            .pool_idle_timeout(IDLE_MAX)
            // It would look names up by itself.
            .no_proxy()
            .redirect(redirect::Policy::none())
            .referer(false)
            // What was tried is counted.
            .retry(reqwest::retry::never())
            .https_only(!settings.allow_http)
            .dns_resolver(Arc::new(CheckedNames(settings)));
        if !is_encrypted {
            // A machine without certificates can still talk to its neighbour.
            builder = builder.tls_certs_only([]);
        }
        Ok(Self { client: builder.build()?, threads, settings })
    }

    pub(super) async fn send(&self, webhook: &Webhook, line: &Line) -> Sent {
        // Also where the settings were others when it was registered.
        let url = match address::parse(&webhook.url, &self.settings) {
            Ok(url) => url,
            Err(why) => return failed(format!("the address: {why}")),
        };
        let now = OffsetDateTime::now_utc();
        let body = line.json.slice(..line.json.len() - 1);
        let request = self
            .client
            .post(url)
            .header(CONTENT_TYPE, CLOUD_EVENT)
            .header("webhook-id", line.id.to_string())
            .header("webhook-timestamp", now.unix_timestamp())
            .header("webhook-signature", webhook.sign(line.id, now, &body))
            .body(body);
        let asked = async move {
            match request.send().await {
                Ok(answer) => {
                    let sent = judge(&answer);
                    drain(answer).await;
                    sent
                }
                Err(error) => failed(reason(&error)),
            }
        };
        // Aborted where this is dropped.
        let asked = AbortOnDropHandle::new(self.threads.spawn(asked));
        // Its own limit, which those threads may be too busy to keep.
        match tokio::time::timeout(self.settings.timeout + OVERTIME_MAX, asked).await {
            Ok(Ok(sent)) => sent,
            Ok(Err(error)) => failed(format!("the request ended: {error}")),
            Err(_elapsed) => failed(NOT_IN_TIME.to_owned()),
        }
    }
}

fn failed(outcome: String) -> Sent {
    Sent::Failed { outcome, wait: Duration::ZERO }
}

fn judge(answer: &Response) -> Sent {
    match answer.status() {
        status if status.is_success() => Sent::Taken,
        StatusCode::GONE => Sent::Gone,
        status => {
            let seconds =
                answer.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse().ok());
            let wait = Duration::from_secs(seconds.unwrap_or(0));
            Sent::Failed { outcome: format!("answered {}", status.as_u16()), wait }
        }
    }
}

/// A connection is used again once its answer was read to the end; where that takes long, it is given up.
async fn drain(mut answer: Response) {
    let reading = async {
        let mut left = ANSWER_BYTES_MAX;
        while let Ok(Some(chunk)) = answer.chunk().await {
            match left.checked_sub(chunk.len()) {
                Some(rest) => left = rest,
                None => return,
            }
        }
    };
    // What is left is thrown away with the connection.
    tokio::time::timeout(ANSWER_MAX, reading).await.ok();
}

/// For an operator. Of the address nothing is told: its query may hold a secret.
fn reason(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return NOT_IN_TIME.to_owned();
    }
    let mut cause: &dyn Error = error;
    while let Some(below) = cause.source() {
        cause = below;
    }
    let what = if error.is_connect() { "not connected" } else { "the connection ended" };
    format!("{what}: {cause}")
}
