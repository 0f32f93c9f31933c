//! A receiver of webhooks, which fails and hangs on purpose and remembers what came.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context, Result, ensure};
use aws_lc_rs::hmac;
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use time::OffsetDateTime;
use tokio::task::JoinHandle;

use super::purpose::{self, HANGING, Purpose, WORK};
use crate::check::delivered::Delivery;

/// What a signature may be old, in seconds.
const AGE_MAX: i64 = 300;

#[derive(Debug)]
pub(super) struct Receiver {
    address: std::net::SocketAddr,
    inner: Arc<Inner>,
    serving: JoinHandle<()>,
}

#[derive(Debug, Default)]
struct Inner {
    requests: Mutex<Requests>,
    under_way: AtomicUsize,
}

#[derive(Debug, Default)]
struct Requests {
    all: Vec<Request>,
    /// Of those, which were taken, in that order.
    taken: Vec<usize>,
}

#[derive(Debug)]
struct Request {
    path: String,
    headers: HeaderMap,
    body: Bytes,
    /// Seconds since 1970.
    at: i64,
    event: Value,
    position: i64,
}

/// While it lives a request is under way, also until its sender hangs up.
struct UnderWay<'a>(&'a AtomicUsize);

impl<'a> UnderWay<'a> {
    fn begin(count: &'a AtomicUsize) -> Self {
        count.fetch_add(1, Ordering::Relaxed);
        Self(count)
    }
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Receiver {
    pub(super) async fn start() -> Result<Self> {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        let (address, inner) = (listener.local_addr()?, Arc::<Inner>::default());
        let router = Router::new().fallback(receive).with_state(Arc::clone(&inner));
        let serving = tokio::spawn(async move {
            axum::serve(listener, router).await.ok();
        });
        Ok(Self { address, inner, serving })
    }

    pub(super) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub(super) fn is_busy(&self) -> bool {
        self.inner.under_way.load(Ordering::Relaxed) > 0
    }

    /// What came to a path, by the secret of its webhook.
    pub(super) fn deliveries(&self, path: &str, secret: &str) -> Vec<Delivery> {
        let requests = self.inner.lock();
        let is_open = |index: &usize| !requests.taken.contains(index);
        let open = (0..requests.all.len()).filter(is_open).map(|index| (index, false));
        let taken = requests.taken.iter().map(|index| (*index, true));
        let of_path = open.chain(taken).filter(|(index, _)| requests.all[*index].path == path);
        of_path.map(|(index, is_done)| requests.all[index].delivery(secret, is_done)).collect()
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl Inner {
    fn lock(&self) -> std::sync::MutexGuard<'_, Requests> {
        self.requests.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn receive(State(inner): State<Arc<Inner>>, uri: Uri, headers: HeaderMap, body: Bytes) -> StatusCode {
    let _under_way = UnderWay::begin(&inner.under_way);
    let event: Value = serde_json::from_slice(&body).unwrap_or_default();
    let position = event["position"].as_str().and_then(|position| position.parse().ok()).unwrap_or(-1);
    let (path, at) = (uri.path().to_owned(), OffsetDateTime::now_utc().unix_timestamp());
    let (index, is_first) = {
        let mut requests = inner.lock();
        let is_known = requests.all.iter().any(|known| known.path == path && known.position == position);
        requests.all.push(Request { path, headers, body, at, event, position });
        (requests.all.len() - 1, !is_known)
    };
    match purpose::of(position, is_first) {
        Purpose::Fail => StatusCode::INTERNAL_SERVER_ERROR,
        Purpose::Hang => {
            tokio::time::sleep(HANGING).await;
            StatusCode::SERVICE_UNAVAILABLE
        }
        Purpose::Do => {
            tokio::time::sleep(WORK).await;
            inner.lock().taken.push(index);
            StatusCode::NO_CONTENT
        }
    }
}

impl Request {
    fn delivery(&self, secret: &str, is_done: bool) -> Delivery {
        Delivery {
            position: self.position,
            id: self.header("webhook-id").unwrap_or_default().to_owned(),
            event: self.event.clone(),
            is_done,
            forgery: self.verify(secret).err().map(|error| format!("{error:#}: {:?}", self.headers)),
        }
    }

    fn header(&self, name: &str) -> Result<&str> {
        Ok(self.headers.get(name).with_context(|| format!("no {name}"))?.to_str()?)
    }

    /// As Standard Webhooks has it.
    fn verify(&self, secret: &str) -> Result<()> {
        let secret = STANDARD.decode(secret.strip_prefix("whsec_").context("no secret of a webhook")?)?;
        let (id, timestamp) = (self.header("webhook-id")?, self.header("webhook-timestamp")?);
        let content = [format!("{id}.{timestamp}.").as_bytes(), &self.body].concat();
        let key = hmac::Key::new(hmac::HMAC_SHA256, &secret);
        let is_by_it = |signature: &str| {
            let signature = signature.strip_prefix("v1,").and_then(|text| STANDARD.decode(text).ok());
            signature.is_some_and(|signature| hmac::verify(&key, &content, &signature).is_ok())
        };
        ensure!(self.header("webhook-signature")?.split(' ').any(is_by_it), "no signature is by its secret");
        ensure!((self.at - timestamp.parse::<i64>()?).abs() <= AGE_MAX, "the signature is too old");
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_its_secret_signed_is_verified() {
        // By `standardwebhooks.Webhook(secret).sign(id, time, body)` in Python.
        let secret = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";
        let mut headers = HeaderMap::new();
        for (name, value) in [
            ("webhook-id", "00000000-0000-0000-0000-000000000000"),
            ("webhook-timestamp", "1800000000"),
            ("webhook-signature", "v1,b3RoZXI= v1,Qj0gQyKaZ+eoIIzTgY8JQ08bbMS3lz/80GuogcZP/7M="),
        ] {
            headers.insert(name, value.parse().expect("a value"));
        }
        let (path, event) = (String::new(), Value::Null);
        let body = Bytes::from_static(b"{\"a\":1}");
        let mut request = Request { path, headers, body, at: 1_800_000_000, event, position: 0 };
        assert!(request.verify(secret).is_ok());
        assert!(request.verify("whsec_b3RoZXI=").is_err());
        request.body = Bytes::from_static(b"{\"a\":2}");
        assert!(request.verify(secret).is_err());
        (request.body, request.at) = (Bytes::from_static(b"{\"a\":1}"), 1_800_000_301);
        assert!(request.verify(secret).is_err());
    }
}
