//! A stream as its client reads it.

use std::time::Duration;

use axum::body::Body;
use http::{Request, Response, StatusCode};
use http_body_util::BodyExt;
use serde_json::Value;
use tokio::time::timeout;
use tower::ServiceExt;

use super::{App, Caller, GATEWAY_SECRET};

const LIMIT: Duration = Duration::from_secs(20);

#[derive(Debug)]
pub(crate) struct Stream {
    body: Body,
    read: String,
}

#[derive(Debug, PartialEq)]
pub(crate) struct Event {
    pub(crate) id: String,
    pub(crate) event: String,
    pub(crate) data: Value,
}

impl Stream {
    pub(crate) async fn open(app: &App, caller: Caller, query: &str) -> Self {
        Self::open_with(app, caller, query, &[]).await
    }

    pub(crate) async fn open_with(app: &App, caller: Caller, query: &str, headers: &[(&str, &str)]) -> Self {
        let response = ask(app, caller, query, headers).await;
        assert_eq!(response.status(), StatusCode::OK, "{query}");
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Self { body: response.into_body(), read: String::new() }
    }

    /// The next event; `None` where the stream has ended.
    pub(crate) async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some(event) = parse(&self.block().await?) {
                return Some(event);
            }
        }
    }

    /// The `id` of the next sign of life.
    pub(crate) async fn sign_of_life(&mut self) -> String {
        loop {
            let block = self.block().await.expect("it goes on");
            if let Some(id) = block.strip_prefix(":\nid: ") {
                return id.to_owned();
            }
        }
    }

    async fn block(&mut self) -> Option<String> {
        loop {
            if let Some((block, rest)) = self.read.split_once("\n\n") {
                let block = block.to_owned();
                self.read = rest.to_owned();
                return Some(block);
            }
            let frame = timeout(LIMIT, self.body.frame()).await.expect("something comes in time")?;
            let bytes = frame.expect("it does not break").into_data().expect("there are no trailers");
            self.read.push_str(std::str::from_utf8(&bytes).expect("it is text"));
        }
    }

    /// Types and ids of the next events.
    pub(crate) async fn heads(&mut self, count: usize) -> Vec<(String, String)> {
        let mut heads = Vec::new();
        while heads.len() < count {
            let Event { id, event, .. } =
                self.next().await.unwrap_or_else(|| panic!("it ended behind {heads:?}"));
            heads.push((event, id));
        }
        heads
    }
}

/// The answer, of which the body may never end.
pub(crate) async fn ask(app: &App, caller: Caller, query: &str, headers: &[(&str, &str)]) -> Response<Body> {
    let mut request = Request::get(format!("/v1/stream{query}"))
        .header("X-User-ID", caller.account)
        .header("X-User-Roles", caller.roles)
        .header("X-Gateway-Secret", GATEWAY_SECRET);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(Body::empty()).expect("tests build good requests");
    app.router.clone().oneshot(request).await.expect("the router cannot fail")
}

/// `None` for what is no event: signs of life, and the time to wait.
fn parse(block: &str) -> Option<Event> {
    let field = |name: &str| block.lines().find_map(|line| line.strip_prefix(name));
    let data = serde_json::from_str(field("data: ")?).expect("data is JSON");
    let (id, event) = (field("id: ")?.to_owned(), field("event: ")?.to_owned());
    Some(Event { id, event, data })
}
