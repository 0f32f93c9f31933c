//! Requests that are not what they should be, long before anybody looks at their words.

use std::time::Duration;

use http_kit::Limits;
use http_kit::limits::BodyLimits;
use reqwest::{Body, Method};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::answer::refused;
use crate::app::{App, PATIENCE, path, quiet};

fn bodies() -> Vec<(&'static str, Vec<u8>, u16, &'static str)> {
    let nested = |open: &str, close: &str| format!("{}{}", open.repeat(10_000), close.repeat(10_000));
    let too_large = format!(r#"{{"text":"x"}}{}"#, " ".repeat(16 * 1024 + 1 - 12));
    assert_eq!(too_large.len(), 16 * 1024 + 1);
    let deep_field = format!(r#"{{"text":{}1{}}}"#, "[".repeat(8_000), "]".repeat(8_000));
    vec![
        ("empty", vec![], 400, "malformed-json"),
        ("blank", b" \r\n".to_vec(), 400, "malformed-json"),
        ("truncated in a string", br#"{"text":"x"#.to_vec(), 400, "malformed-json"),
        ("truncated before its end", br#"{"text":"x""#.to_vec(), 400, "malformed-json"),
        ("trailing comma", br#"{"text":"x",}"#.to_vec(), 400, "malformed-json"),
        ("two values", br#"{"text":"x"}{"text":"x"}"#.to_vec(), 400, "malformed-json"),
        ("10,000 levels, left open", b"[".repeat(10_000), 400, "malformed-json"),
        ("3,000 objects, left open", br#"{"a":"#.repeat(3_000), 400, "unknown-field"),
        ("10,000 levels and back", nested("[", "]").into_bytes(), 413, "body-too-large"),
        ("8,000 levels in a field", deep_field.into_bytes(), 400, "invalid-field"),
        ("an array", br#"["x"]"#.to_vec(), 400, "malformed-json"),
        ("a string", br#""x""#.to_vec(), 400, "malformed-json"),
        ("null", b"null".to_vec(), 400, "malformed-json"),
        ("not UTF-8", b"{\"text\":\"\xff\xfe\"}".to_vec(), 400, "malformed-json"),
        ("overlong UTF-8", b"{\"text\":\"\xc0\xaf\"}".to_vec(), 400, "malformed-json"),
        ("a surrogate in UTF-8", b"{\"text\":\"\xed\xa0\x80\"}".to_vec(), 400, "malformed-json"),
        ("UTF-16", b"\xff\xfe{\0}\0".to_vec(), 400, "malformed-json"),
        ("byte order mark", b"\xef\xbb\xbf{\"text\":\"x\"}".to_vec(), 400, "malformed-json"),
        ("leading surrogate alone", br#"{"text":"\ud83d"}"#.to_vec(), 400, "malformed-json"),
        ("trailing surrogate alone", br#"{"text":"\udc26"}"#.to_vec(), 400, "malformed-json"),
        ("surrogates swapped", br#"{"text":"\udc26\ud83d"}"#.to_vec(), 400, "malformed-json"),
        ("a raw line break", b"{\"text\":\"a\nb\"}".to_vec(), 400, "malformed-json"),
        ("text twice", br#"{"text":"a","text":"b"}"#.to_vec(), 400, "malformed-json"),
        ("tags twice", br#"{"text":"a","tags":[],"tags":[]}"#.to_vec(), 400, "malformed-json"),
        ("an unknown field", br#"{"text":"a","author":"1"}"#.to_vec(), 400, "unknown-field"),
        ("another case", br#"{"Text":"a"}"#.to_vec(), 400, "unknown-field"),
        ("one byte too many", too_large.into_bytes(), 413, "body-too-large"),
    ]
}

#[tokio::test]
async fn bodies_that_are_no_sound_json_are_refused() {
    let app = App::start().await;
    let user = app.user(42);
    let id = user.post(&json!({"text": "one"})).await.id();
    let json = [("content-type", "application/json"), ("if-match", "*")];
    for (name, body, status, code) in bodies() {
        let post = user.send(Method::POST, "/v1/messages", &json, body.clone()).await;
        assert_eq!(post.refusal(), refused(status, code), "{name}");
        let edit = user.send(Method::PATCH, &path(&id), &json, body).await;
        assert_eq!(edit.refusal(), refused(status, code), "{name}");
    }
    assert_eq!(app.events().await, 1);
}

#[tokio::test]
async fn other_content_types_are_refused() {
    let app = App::start().await;
    let user = app.user(42);
    for headers in [
        &[][..],
        &[("content-type", "")][..],
        &[("content-type", "text/plain")][..],
        &[("content-type", "application/json; charset=latin1")][..],
        &[("content-type", "application/x-www-form-urlencoded")][..],
        &[("content-type", "application/x-ndjson")][..],
        &[("content-type", "application/json"), ("content-type", "text/plain")][..],
    ] {
        let answer = user.send(Method::POST, "/v1/messages", headers, r#"{"text":"x"}"#).await;
        assert_eq!(answer.refusal(), refused(415, "wrong-content-type"), "{headers:?}");
    }
    assert_eq!(app.events().await, 0);
}

#[tokio::test]
async fn an_encoded_body_is_refused_by_every_command() {
    let app = App::start().await;
    let caller = app.caller(42, "user,operator");
    for (method, path, content_type) in [
        (Method::POST, "/v1/messages", "application/json"),
        (Method::POST, "/v1/import", "application/x-ndjson"),
        (Method::PATCH, "/v1/messages/256", "application/json"),
        (Method::POST, "/v1/accounts", "application/json"),
        (Method::PATCH, "/v1/accounts/me", "application/json"),
        (Method::PUT, "/v1/notifications/read", "application/json"),
        (Method::POST, "/v1/sessions", "application/json"),
        (Method::POST, "/v1/sessions/refresh", "application/json"),
    ] {
        let headers = [("content-type", content_type), ("content-encoding", "gzip")];
        let answer = caller.send(method.clone(), path, &headers, "\u{1f}").await;
        assert_eq!(answer.refusal(), refused(415, "unsupported-content-encoding"), "{method} {path}");
    }
    assert_eq!(app.events().await, 0);
}

#[tokio::test]
async fn an_endless_body_without_a_length_is_cut_off() {
    let app = App::start().await;
    let spaces = futures::stream::repeat_with(|| Ok::<_, std::io::Error>(vec![b' '; 1024]));
    let headers = [("content-type", "application/json")];
    let answer = app.user(42).send(Method::POST, "/v1/messages", &headers, Body::wrap_stream(spaces)).await;
    assert_eq!(answer.refusal(), refused(413, "body-too-large"));
    assert_eq!(app.events().await, 0);
}

#[tokio::test]
async fn a_body_that_stops_coming_is_cut_off() {
    let body = BodyLimits { timeout: Duration::from_millis(200), ..BodyLimits::default() };
    let app = App::start_with(Limits { body, ..quiet() }).await;
    let begun = futures::stream::iter([Ok::<_, std::io::Error>("{\"text\":")]);
    let stuck = futures::StreamExt::chain(begun, futures::stream::pending());
    let headers = [("content-type", "application/json")];
    let answer = app.user(42).send(Method::POST, "/v1/messages", &headers, Body::wrap_stream(stuck)).await;
    assert_eq!(answer.refusal(), refused(408, "body-timeout"));
    assert_eq!(app.events().await, 0);
}

#[tokio::test]
async fn a_caller_that_hangs_up_half_way_leaves_nothing() {
    let app = App::start().await;
    let user = app.user(42);
    let head = format!(
        "POST /v1/messages HTTP/1.1\r\nhost: x\r\nauthorization: {}\r\ncontent-type: application/json\r\n\
         content-length: 12\r\n\r\n{{\"text\":",
        user.authorization
    );
    let mut stream = TcpStream::connect(app.api.address).await.expect("the server listens");
    stream.write_all(head.as_bytes()).await.expect("the server reads");
    stream.shutdown().await.expect("the connection stands");
    let mut rest = Vec::new();
    // Closed with or without an answer: either shows that the request has ended.
    let closed = tokio::time::timeout(PATIENCE, stream.read_to_end(&mut rest)).await;
    drop(closed.expect("the server gives the request up"));
    assert_eq!(user.post(&json!({"text": "next"})).await.event_position(), 1 << 8);
}

#[tokio::test]
async fn other_methods_and_addresses_are_refused() {
    let app = App::start().await;
    let user = app.user(42);
    for (method, path) in [
        (Method::PUT, "/v1/messages"),
        (Method::DELETE, "/v1/messages"),
        (Method::PUT, "/v1/messages/256"),
        (Method::POST, "/v1/messages/256"),
        (Method::PATCH, "/v1/import"),
        (Method::GET, "/v1/import"),
        (Method::GET, "/v1/messages"),
    ] {
        let answer = user.send(method.clone(), path, &[], "").await;
        assert_eq!(answer.refusal(), refused(405, "method-not-allowed"), "{method} {path}");
        assert!(!answer.header("allow").is_empty(), "{method} {path}");
    }
    for path in
        ["/", "/v1", "/v2/messages", "/v1/messages/", "/v1/messages/1/2", "/v1//messages", "/V1/messages"]
    {
        let answer = user.send(Method::POST, path, &[], "").await;
        assert_eq!(answer.refusal(), refused(404, "not-found"), "{path}");
    }
    assert_eq!(app.events().await, 0);
}
