//! The public API as a test's people use it: every read reflects at least what anybody wrote before.

use std::sync::atomic::{AtomicI64, Ordering};

use reqwest::{Client, Method};
use serde_json::{Value, json};

use crate::support;

pub(crate) const PASSWORD: &str = "correct horse battery";

/// One system, and the newest position that anybody was answered.
#[derive(Debug)]
pub(crate) struct Api {
    http: Client,
    url: String,
    seen: AtomicI64,
}

/// Somebody with an account, logged in.
#[derive(Debug, Clone)]
pub(crate) struct Person {
    pub(crate) id: String,
    pub(crate) handle: String,
    pub(crate) token: String,
}

#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Value,
    /// Of the command's event.
    pub(crate) position: Option<i64>,
}

impl Answer {
    pub(crate) fn code(&self) -> &str {
        self.body["code"].as_str().unwrap_or_default()
    }

    pub(crate) fn items(&self) -> &[Value] {
        self.body.as_array().map_or(&[], Vec::as_slice)
    }

    /// # Panics
    /// Where the answer is another one.
    pub(crate) fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{self:?}");
        self
    }
}

impl Api {
    pub(crate) fn new(url: &str) -> Self {
        let http = Client::builder().no_proxy().build().expect("a client needs nothing");
        Self { http, url: url.to_owned(), seen: AtomicI64::new(0) }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.url)
    }

    /// The newest position that anybody was answered.
    pub(crate) fn seen(&self) -> i64 {
        self.seen.load(Ordering::SeqCst)
    }

    pub(crate) async fn send(
        &self,
        method: Method,
        path: &str,
        token: Option<&str>,
        body: Option<Value>,
    ) -> Answer {
        let mut request = self.http.request(method.clone(), format!("{}{path}", self.url));
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        if method == Method::GET {
            let seen = self.seen.load(Ordering::SeqCst).to_string();
            request = request.header("await-position", seen).header("prefer", "wait=20");
        }
        if method == Method::PATCH && path.starts_with("/v1/messages/") {
            request = request.header("if-match", "*");
        }
        if let Some(body) = body {
            request = request.json(&body);
        }
        let answer = support::send(request).await.unwrap_or_else(|error| panic!("{method} {path}: {error}"));
        let position = answer.header("event-position").parse().ok();
        let (status, text) = (answer.status.as_u16(), answer.body);
        let body = serde_json::from_str(&text).unwrap_or(Value::Null);
        assert!(status < 500, "{method} {path}: {status} {text}");
        self.seen.fetch_max(position.unwrap_or(0), Ordering::SeqCst);
        Answer { status, body, position }
    }

    pub(crate) async fn get(&self, path: &str, token: &str) -> Answer {
        self.send(Method::GET, path, Some(token), None).await
    }

    pub(crate) async fn post(&self, path: &str, token: &str, body: Value) -> Answer {
        self.send(Method::POST, path, Some(token), Some(body)).await
    }

    pub(crate) async fn put(&self, path: &str, token: &str) -> Answer {
        self.send(Method::PUT, path, Some(token), None).await
    }

    pub(crate) async fn delete(&self, path: &str, token: &str) -> Answer {
        self.send(Method::DELETE, path, Some(token), None).await
    }

    /// Messages as lines, and their position.
    pub(crate) async fn export(&self, token: &str, since: Option<i64>) -> (Vec<Value>, i64) {
        let since = since.map_or(String::new(), |since| format!("&since={since}"));
        let url = format!("{}/v1/exports/messages?format=ndjson{since}", self.url);
        let seen = self.seen.load(Ordering::SeqCst).to_string();
        let request = self.http.get(url).bearer_auth(token).header("await-position", seen);
        let answer = support::send(request.header("prefer", "wait=20")).await.expect("there is an answer");
        assert_eq!(answer.status, 200, "{answer:?}");
        let position = answer.header("data-position").parse().expect("it names its position");
        let rows = answer.body.lines().map(|line| serde_json::from_str(line).expect("a row is JSON"));
        (rows.collect(), position)
    }

    /// One line; its report is the body of the answer.
    pub(crate) async fn import(&self, token: &str, line: &Value) -> Answer {
        self.import_all(token, std::slice::from_ref(line)).await.swap_remove(0)
    }

    /// The report on each line, with the position of the last event.
    pub(crate) async fn import_all(&self, token: &str, lines: &[Value]) -> Vec<Answer> {
        let body: String = lines.iter().map(|line| format!("{line}\n")).collect();
        let request = self.http.post(format!("{}/v1/import", self.url)).bearer_auth(token);
        let request = request.header("content-type", "application/x-ndjson").body(body);
        let answer = support::send(request).await.unwrap_or_else(|error| panic!("an import: {error}"));
        assert_eq!(answer.status, 200, "{answer:?}");
        let position = answer.header("event-position").parse().ok();
        self.seen.fetch_max(position.unwrap_or(0), Ordering::SeqCst);
        let reports = answer.body.lines().map(|line| serde_json::from_str(line).expect("a report is JSON"));
        reports.map(|body| Answer { status: 200, body, position }).collect()
    }

    pub(crate) async fn register(&self, handle: &str, name: &str, password: &str) -> Answer {
        let body = json!({"handle": handle, "password": password, "displayName": name});
        self.send(Method::POST, "/v1/accounts", None, Some(body)).await
    }

    pub(crate) async fn log_in(&self, handle: &str, password: &str) -> Answer {
        let body = json!({"handle": handle, "password": password});
        self.send(Method::POST, "/v1/sessions", None, Some(body)).await
    }

    /// Registers and logs in.
    pub(crate) async fn newcomer(&self, handle: &str, name: &str) -> Person {
        let registered = self.register(handle, name, PASSWORD).await.expect(201);
        let session = self.log_in(handle, PASSWORD).await.expect(201);
        let text = |value: &Value| value.as_str().expect("it is a string").to_owned();
        Person {
            id: text(&registered.body["id"]),
            handle: handle.to_owned(),
            token: text(&session.body["accessToken"]),
        }
    }
}
