//! What browsers are told: CORS and the headers that hold pages back.

use std::collections::BTreeSet;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::routing::get as on_get;
use http_kit::Limits;
use http_kit::browsers::{Browsers, CorsOrigins};
use serde_json::Value;

use crate::support::{Answer, call, get, request};

const DOCUMENT: &str = include_str!("../../../../docs/openapi.json");
const APP: &str = "https://app.example";

fn api(origins: &str, hsts_max_age: Duration) -> Router {
    let cors_origins = origins.parse().expect("they are origins");
    let limits = Limits { browsers: Browsers { cors_origins, hsts_max_age }, ..Limits::for_testing() };
    let routes = Router::new().route("/item", on_get(|| async { "an item" }));
    http_kit::standard(routes, "test", &limits)
}

async fn preflight(api: &Router, origin: &str, method: &str, headers: &str) -> Answer {
    let asked = [
        ("origin", origin),
        ("access-control-request-method", method),
        ("access-control-request-headers", headers),
    ];
    call(api, request("OPTIONS", "/item", &asked, Body::empty())).await
}

fn listed(answer: &Answer, header: &str) -> BTreeSet<String> {
    answer.header(header).split(',').map(|name| name.trim().to_ascii_lowercase()).collect()
}

#[tokio::test]
async fn without_configuration_no_page_from_elsewhere_may_call() {
    let api = api("", Duration::ZERO);
    let answer = call(&api, get("/item", &[("origin", APP)])).await;
    assert_eq!(answer.status.as_u16(), 200);
    assert_eq!(answer.header("access-control-allow-origin"), "");
    let refused = preflight(&api, APP, "GET", "authorization").await;
    assert_eq!(refused.status.as_u16(), 405);
    assert_eq!(refused.header("access-control-allow-origin"), "");
}

#[tokio::test]
async fn the_pages_that_are_named_may_call_and_no_others() {
    let api = api("https://app.example,http://localhost:5173", Duration::ZERO);
    for origin in [APP, "http://localhost:5173"] {
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE"] {
            let answer = preflight(&api, origin, method, "authorization,idempotency-key").await;
            assert!(answer.status.is_success(), "{method}");
            assert_eq!(answer.header("access-control-allow-origin"), origin);
            assert!(listed(&answer, "access-control-allow-methods").contains(&method.to_ascii_lowercase()));
            assert_eq!(answer.header("access-control-max-age"), "7200");
        }
        let answer = call(&api, get("/item", &[("origin", origin)])).await;
        assert_eq!(answer.header("access-control-allow-origin"), origin);
        assert!(listed(&answer, "vary").contains("origin"), "a cache must not give it to another page");
        // A page cannot make the browser send cookies along.
        assert_eq!(answer.header("access-control-allow-credentials"), "");
    }
    for origin in
        ["https://app.example.evil.example", "http://app.example", "https://app.example:444", "null"]
    {
        let answer = call(&api, get("/item", &[("origin", origin)])).await;
        assert_eq!(answer.header("access-control-allow-origin"), "", "{origin}");
        let answer = preflight(&api, origin, "POST", "authorization").await;
        assert_eq!(answer.header("access-control-allow-origin"), "", "{origin}");
    }
}

/// Without it a page sees only that the network failed.
#[tokio::test]
async fn a_page_may_read_why_it_was_refused() {
    let limits = Limits { in_flight_max: 0, ..Limits::for_testing() };
    let cors_origins: CorsOrigins = APP.parse().expect("it is an origin");
    let limits = Limits { browsers: Browsers { cors_origins, ..Browsers::default() }, ..limits };
    let full = http_kit::standard(Router::new(), "test", &limits);
    let answer = call(&full, get("/item", &[("origin", APP)])).await;
    assert_eq!((answer.status.as_u16(), answer.header("access-control-allow-origin")), (503, APP));
}

#[tokio::test]
async fn all_pages_may_call_where_the_operator_says_so() {
    let api = api("*", Duration::ZERO);
    let answer = call(&api, get("/item", &[("origin", "https://anybody.example")])).await;
    assert_eq!(answer.header("access-control-allow-origin"), "*");
    assert_eq!(answer.header("access-control-allow-credentials"), "");
}

#[tokio::test]
async fn a_page_may_send_and_read_every_header_of_the_document() {
    let api = api(APP, Duration::ZERO);
    let document: Value = serde_json::from_str(DOCUMENT).expect("it is JSON");
    let sent = listed(&preflight(&api, APP, "POST", "authorization").await, "access-control-allow-headers");
    let parameters = document["components"]["parameters"].as_object().expect("it has parameters");
    for parameter in parameters.values().filter(|parameter| parameter["in"] == "header") {
        let name = parameter["name"].as_str().expect("it has a name").to_ascii_lowercase();
        assert!(sent.contains(&name), "{name} cannot be sent");
    }
    for name in ["authorization", "content-type", "traceparent", "x-request-id"] {
        assert!(sent.contains(name), "{name} cannot be sent");
    }
    let read = call(&api, get("/item", &[("origin", APP)])).await;
    let read = listed(&read, "access-control-expose-headers");
    let paths = document["paths"].as_object().into_iter().flatten().map(|(_, item)| item);
    let operations =
        paths.flat_map(|item| item.as_object().into_iter().flatten().map(|(_, operation)| operation));
    let answers = operations.flat_map(|operation| {
        operation["responses"].as_object().into_iter().flatten().map(|(_, answer)| answer)
    });
    let headers: BTreeSet<String> = answers
        .flat_map(|answer| answer["headers"].as_object().into_iter().flatten().map(|(name, _)| name))
        .map(|name| name.to_ascii_lowercase())
        .collect();
    assert!(headers.contains("location") && headers.contains("link"), "{headers:?}");
    let unreadable: Vec<_> = headers.difference(&read).collect();
    assert!(unreadable.is_empty(), "{unreadable:?}");
}

#[tokio::test]
async fn data_is_shown_in_no_page_and_loads_nothing() {
    let api = api("", Duration::from_secs(31_536_000));
    for path in ["/item", "/nothing"] {
        let answer = call(&api, get(path, &[])).await;
        assert_eq!(answer.header("content-security-policy"), "default-src 'none'; frame-ancestors 'none'");
        assert_eq!(answer.header("x-frame-options"), "DENY");
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert_eq!(answer.header("strict-transport-security"), "max-age=31536000");
    }
}

#[tokio::test]
async fn https_is_asked_for_only_where_the_operator_says_so() {
    let answer = call(&api("", Duration::ZERO), get("/item", &[])).await;
    assert_eq!(answer.header("strict-transport-security"), "");
}
