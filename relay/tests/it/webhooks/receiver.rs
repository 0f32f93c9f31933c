//! A receiver of this machine, which answers as a test says and remembers all that came.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use domain::AccountId;
use http::{HeaderMap, StatusCode, Uri};
use serde_json::Value;

#[derive(Debug, Clone)]
pub(crate) struct Received {
    pub(crate) path: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
    /// With what it was answered.
    pub(crate) status: u16,
}

type Answer = Box<dyn Fn(&Value, &[Received]) -> u16 + Send>;

struct Inner {
    received: Vec<Received>,
    answer: Answer,
}

#[derive(Clone)]
pub(crate) struct Receiver {
    address: std::net::SocketAddr,
    inner: Arc<Mutex<Inner>>,
}

impl Received {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("JSON")
    }
}

impl Receiver {
    /// It takes everything.
    pub(crate) async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        let address = listener.local_addr().expect("bound");
        let inner = Arc::new(Mutex::new(Inner { received: Vec::new(), answer: Box::new(|_, _| 204) }));
        let router = Router::new().fallback(take).with_state(Arc::clone(&inner));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { address, inner }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// By the event, and what came before it.
    pub(crate) fn answer(&self, answer: impl Fn(&Value, &[Received]) -> u16 + Send + 'static) {
        self.inner.lock().expect("nothing panics here").answer = Box::new(answer);
    }

    pub(crate) fn received(&self) -> Vec<Received> {
        self.inner.lock().expect("nothing panics here").received.clone()
    }

    pub(crate) fn texts(&self) -> Vec<String> {
        self.received().iter().map(text).collect()
    }

    pub(crate) fn of_text(&self, wanted: &str) -> Vec<Received> {
        self.received().into_iter().filter(|one| text(one) == wanted).collect()
    }

    /// The texts of an account's posts, in the order in which they were taken.
    pub(crate) fn taken_of(&self, account: AccountId) -> Vec<String> {
        let author = account.to_string();
        let of_account = |one: &Received| one.status < 300 && one.json()["data"]["author"] == author.as_str();
        self.received().iter().filter(|one| of_account(one)).map(text).collect()
    }
}

fn text(received: &Received) -> String {
    received.json()["data"]["text"].as_str().unwrap_or_default().to_owned()
}

async fn take(
    State(inner): State<Arc<Mutex<Inner>>>,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> StatusCode {
    let mut inner = inner.lock().expect("nothing panics here");
    let json = serde_json::from_slice(&body).unwrap_or_default();
    let status = (inner.answer)(&json, &inner.received);
    inner.received.push(Received { path: uri.to_string(), headers, body: body.to_vec(), status });
    StatusCode::from_u16(status).expect("a status")
}
