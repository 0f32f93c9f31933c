use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::routing::{get as on_get, post};
use http_kit::limits::WaiterLimits;
use http_kit::{Limits, standard};
use service_kit::config::Environment;
use service_kit::health::Health;
use tokio::io::AsyncWriteExt;
use tokio::sync::Notify;

use crate::support::{Server, call, get, read_to_end, read_until, request, within};

fn hello() -> Router {
    Router::new().route("/", on_get(|| async { "hello" }))
}

#[tokio::test]
async fn a_head_that_dawdles_is_cut_off() {
    let server = Server::start(hello(), Limits::for_testing()).await;
    for beginning in ["", "GET / HT", "GET / HTTP/1.1\r\nhost: x\r\n"] {
        let mut stream = server.connect().await;
        stream.write_all(beginning.as_bytes()).await.expect("the server reads");
        let answer = read_to_end(&mut stream).await;
        assert!(!answer.contains("200"), "{answer}");
    }
}

#[tokio::test]
async fn a_head_may_not_be_endless() {
    let server = Server::start(hello(), Limits::for_testing()).await;
    let head = format!("GET / HTTP/1.1\r\nhost: x\r\nx-long: {}\r\n\r\n", "x".repeat(64 * 1024));
    let mut stream = server.connect().await;
    // The server may close while this is still being written; what it said is what counts.
    let _refused = stream.write_all(head.as_bytes()).await;
    let answer = read_to_end(&mut stream).await;
    assert!(answer.starts_with("HTTP/1.1 431 "), "{answer}");
    assert_bare(&answer);
}

/// As docs/ERRORS.md says: hyper answers what it cannot read by itself, without a body, and lets nobody add one.
#[tokio::test]
async fn what_is_no_http_is_answered_without_a_body() {
    let server = Server::start(hello(), Limits::for_testing()).await;
    for head in [
        "nonsense\r\n\r\n",
        "GET / HTTP/9.9\r\nhost: x\r\n\r\n",
        "GET /\u{e9} HTTP/1.1 x\r\nhost: x\r\n\r\n",
        "GET / HTTP/1.1\r\nhost x\r\n\r\n",
        "GET / HTTP/1.1\r\nhost: x\r\nna me: x\r\n\r\n",
    ] {
        let answer = server.exchange(head.as_bytes()).await;
        assert!(answer.starts_with("HTTP/1.1 400 "), "{head}: {answer}");
        assert_bare(&answer);
    }
}

fn assert_bare(answer: &str) {
    assert!(answer.contains("content-length: 0\r\n") && answer.ends_with("\r\n\r\n"), "{answer}");
    assert!(answer.contains("connection: close\r\n"), "{answer}");
}

#[tokio::test]
async fn connections_beyond_the_limit_wait_their_turn() {
    let limits =
        Limits { connections_max: 1, head_timeout: Duration::from_secs(10), ..Limits::for_testing() };
    let server = Server::start(hello(), limits).await;
    let mut first = server.connect().await;
    first.write_all(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n").await.expect("the server reads");
    read_until(&mut first, "hello").await;
    let mut second = server.connect().await;
    second.write_all(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n").await.expect("the kernel takes it");
    // The first connection still works, so the second has not been given its place.
    first.write_all(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n").await.expect("the server reads");
    read_until(&mut first, "hello").await;
    let mut byte = [0];
    let early = second.try_read(&mut byte).expect_err("the second was served beside the first");
    assert_eq!(early.kind(), std::io::ErrorKind::WouldBlock);
    drop(first);
    read_until(&mut second, "hello").await;
}

#[tokio::test]
async fn requests_beyond_the_limit_are_refused_but_probes_are_not() {
    let (entered, leave) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (entering, leaving) = (Arc::clone(&entered), Arc::clone(&leave));
    let slow = move || {
        let (entering, leaving) = (Arc::clone(&entering), Arc::clone(&leaving));
        async move {
            entering.notify_one();
            leaving.notified().await;
            "done"
        }
    };
    let limits = Limits { in_flight_max: 1, ..Limits::for_testing() };
    let router = standard(hello().route("/slow", on_get(slow)), "test", &limits);
    let router = router.merge(http_kit::ops::routes(Health::new()));
    let first = tokio::spawn({
        let router = router.clone();
        async move { call(&router, get("/slow", &[])).await.body }
    });
    within(entered.notified()).await;
    let answer = call(&router, get("/", &[])).await;
    assert_eq!((answer.status.as_u16(), answer.problem().code.as_ref()), (503, "overloaded"));
    assert_eq!(answer.header("retry-after"), "1");
    for probe in ["/livez", "/readyz", "/metrics"] {
        assert_eq!(call(&router, get(probe, &[])).await.status.as_u16(), 200, "{probe}");
    }
    leave.notify_one();
    assert_eq!(within(first).await.expect("it does not panic"), "done");
    assert_eq!(call(&router, get("/", &[])).await.status.as_u16(), 200);
}

#[tokio::test]
async fn the_deadline_is_a_refusal_for_reads_and_a_doubt_for_writes() {
    let never = || async { std::future::pending::<&str>().await };
    let limits = Limits { request_deadline: Duration::from_millis(20), ..Limits::for_testing() };
    let router = standard(Router::new().route("/", on_get(never).merge(post(never))), "test", &limits);
    let answer = call(&router, get("/", &[])).await;
    assert_eq!((answer.status.as_u16(), answer.problem().code.as_ref()), (503, "request-timeout"));
    let answer = call(&router, request("POST", "/", &[], Body::empty())).await;
    assert_eq!((answer.status.as_u16(), answer.problem().code.as_ref()), (503, "outcome-unknown"));
}

#[test]
fn limits_come_from_the_environment() {
    let mut env =
        Environment::from_pairs([("ROOKERY_HTTP_ACCESS_LOG", "false"), ("ROOKERY_HTTP_IN_FLIGHT_MAX", "9")]);
    let limits = Limits::from_environment(&mut env).expect("both values are good");
    assert_eq!(limits, Limits { access_log: false, in_flight_max: 9, ..Limits::default() });
    let mut env =
        Environment::from_pairs([("ROOKERY_LIMITS", "off"), ("ROOKERY_WAITERS_PER_ACCOUNT_MAX", "3")]);
    let limits = Limits::from_environment(&mut env).expect("both values are good");
    let waiters = WaiterLimits { per_account_max: 3, ..WaiterLimits::default() };
    assert_eq!(limits, Limits { enforced: false, waiters, ..Limits::default() });
    for (name, value) in [
        ("ROOKERY_HTTP_IN_FLIGHT_MAX", "0"),
        ("ROOKERY_HTTP_IN_FLIGHT_PER_ACCOUNT_MAX", "0"),
        ("ROOKERY_LIMITS", "no"),
        ("ROOKERY_RATE_READ", "a lot"),
    ] {
        let mut env = Environment::from_pairs([(name, value)]);
        assert_eq!(Limits::from_environment(&mut env), None, "{name}");
        assert!(env.into_error().to_string().contains(name));
    }
}
