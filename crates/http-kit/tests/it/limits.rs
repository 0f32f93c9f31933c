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

use crate::support::{Server, call, get, hello, read_to_end, request, within};

#[tokio::test]
async fn a_head_that_dawdles_is_cut_off() {
    let server = Server::start(hello(), Limits::for_testing()).await;
    for beginning in ["", "GET / HT", "GET / HTTP/1.1\r\nhost: x\r\n"] {
        let mut stream = server.connect().await;
        stream.write_all(beginning.as_bytes()).await.expect("the server reads");
        let answer = read_to_end(&mut stream).await;
        assert!(!answer.starts_with("HTTP/1.1 200"), "{answer}");
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
        "GET / HTTP/1.1\r\nhost: x\r\nname: a\u{1}b\r\n\r\n",
        "GET / HTTP/1.1\r\nhost: x\r\nname: a\u{7f}b\r\n\r\n",
        "GET / HTTP/1.1\r\nhost: x\r\nname: a\u{0}b\r\n\r\n",
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
    let router = router.merge(http_kit::ops::probes(Health::new()));
    let first = tokio::spawn({
        let router = router.clone();
        async move { call(&router, get("/slow", &[])).await.body }
    });
    within(entered.notified()).await;
    let answer = call(&router, get("/", &[])).await;
    assert_eq!((answer.status.as_u16(), answer.problem().code.as_ref()), (503, "overloaded"));
    assert_eq!(answer.header("retry-after"), "1");
    for probe in ["/livez", "/readyz"] {
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
    // One address gets a part of what all have, also where nobody thought of it.
    let expected =
        Limits { access_log: false, in_flight_max: 9, in_flight_per_address: 2, ..Limits::default() };
    assert_eq!(limits, expected);
    let mut env =
        Environment::from_pairs([("ROOKERY_LIMITS", "off"), ("ROOKERY_WAITERS_PER_ACCOUNT_MAX", "3")]);
    let limits = Limits::from_environment(&mut env).expect("both values are good");
    let waiters = WaiterLimits { per_account_max: 3, ..WaiterLimits::default() };
    assert_eq!(limits, Limits { enforced: false, waiters, ..Limits::default() });
    for (name, value) in [
        ("ROOKERY_HTTP_IN_FLIGHT_PER_ACCOUNT_MAX", "0"),
        ("ROOKERY_LIMITS", "no"),
        ("ROOKERY_RATE_READ", "a lot"),
    ] {
        let mut env = Environment::from_pairs([(name, value)]);
        assert_eq!(Limits::from_environment(&mut env), None, "{name}");
        assert!(env.into_error().to_string().contains(name));
    }
}

#[test]
fn a_limit_of_nothing_and_a_part_above_its_whole_are_refused_by_name() {
    for what in ["CONNECTIONS", "IN_FLIGHT", "BODY_READS"] {
        for (variable, value) in [("MAX", "0"), ("PER_ADDRESS", "0"), ("PER_ADDRESS", "100000")] {
            let name = format!("ROOKERY_HTTP_{what}_{variable}");
            let mut env = Environment::from_pairs([(name.as_str(), value)]);
            assert_eq!(Limits::from_environment(&mut env), None, "{name}={value}");
            assert_eq!(env.into_error().faults()[0].name, name);
        }
    }
}
