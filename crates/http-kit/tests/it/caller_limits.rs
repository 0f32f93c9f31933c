//! What every request passes before its handler.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::routing::{get as on_get, post};
use http::Request;
use http_kit::identity::IdentityConfig;
use http_kit::rates::{Action, ActionRates, Rate, RateTable};
use http_kit::{Caller, Identity, Limits, OptionalCaller, limit_callers, standard};
use serde_json::{Value, json};
use service_kit::config::Secret;
use tokio::sync::Notify;

use crate::support::{Answer, Headers, call, get, request, within};

const SECRET: &str = "the-gateway-of-the-tests";
const HOUR: Duration = Duration::from_secs(3_600);

fn document() -> Value {
    json!({"paths": {
        "/posts": {"post": {"x-rate": "post"}},
        "/accounts": {"post": {"x-rate": "sign-up"}},
    }})
}

/// Two per account and four per address, of everything.
fn limits() -> Limits {
    let few = ActionRates { account: Rate::new(2, HOUR, 2), address: Rate::new(4, HOUR, 4) };
    let rates = Action::ALL.into_iter().fold(RateTable::default(), |table, action| table.with(action, few));
    Limits { enforced: true, rates, trusted_proxy_hops: 1, ..Limits::for_testing() }
}

fn router(limits: &Limits) -> Router {
    let config = IdentityConfig::Gateway { secret: Secret::new(SECRET) };
    let identity = Arc::new(Identity::new(&config).expect("a secret needs no file"));
    let routes = Router::new()
        .route("/posts", post(|caller: Caller| async move { caller.account.to_string() }))
        .route("/accounts", post(|| async { "made" }))
        .route(
            "/whoever",
            on_get(|OptionalCaller(caller): OptionalCaller| async move { format!("{caller:?}") }),
        )
        .with_state(Arc::clone(&identity));
    standard(limit_callers(routes, identity, &document(), limits), "test", limits)
}

/// From an address that the proxy saw.
fn from(address: &str, mut request: Request<Body>) -> Request<Body> {
    let peer: SocketAddr = "10.0.0.1:1".parse().expect("it is an address");
    request.extensions_mut().insert(ConnectInfo(peer));
    let address = address.parse().expect("it is a header value");
    request.headers_mut().insert("x-forwarded-for", address);
    request
}

async fn as_account(router: &Router, account: &str, address: &str, method: &str, path: &str) -> Answer {
    let headers: Headers<'_> =
        &[("x-user-id", account), ("x-user-roles", "user"), ("x-gateway-secret", SECRET)];
    call(router, from(address, request(method, path, headers, Body::empty()))).await
}

#[tokio::test]
async fn every_answer_says_what_is_left_and_a_refusal_when_to_come_back() {
    let router = router(&limits());
    let first = as_account(&router, "7", "192.0.2.1", "POST", "/posts").await;
    assert_eq!((first.status.as_u16(), first.body.as_str()), (200, "7"));
    assert_eq!(first.header("ratelimit-policy"), r#""post";q=2;w=3600, "post-address";q=4;w=3600"#);
    assert_eq!(first.header("ratelimit"), r#""post";r=1;t=1800"#);
    as_account(&router, "7", "192.0.2.1", "POST", "/posts").await;
    let refused = as_account(&router, "7", "192.0.2.9", "POST", "/posts").await;
    assert_eq!((refused.status.as_u16(), refused.problem().code.as_ref()), (429, "rate-limited"));
    assert_eq!(
        (refused.header("retry-after"), refused.header("ratelimit")),
        ("1800", r#""post";r=0;t=1800"#)
    );
    let other = as_account(&router, "8", "192.0.2.1", "POST", "/posts").await;
    assert_eq!(other.status.as_u16(), 200, "behind the same address");
    assert_eq!(as_account(&router, "9", "192.0.2.1", "POST", "/posts").await.status.as_u16(), 200);
    let fifth = as_account(&router, "10", "192.0.2.1", "POST", "/posts").await;
    assert_eq!(fifth.header("ratelimit"), r#""post-address";r=0;t=900"#);
    assert_eq!(as_account(&router, "10", "192.0.2.2", "POST", "/posts").await.status.as_u16(), 200);
}

#[tokio::test]
async fn a_bad_credential_counts_for_its_address_and_is_answered_as_ever() {
    let router = router(&limits());
    let headers: Headers<'_> = &[("x-user-id", "7"), ("x-user-roles", "user"), ("x-gateway-secret", "wrong")];
    for _ in 0..4 {
        let answer =
            call(&router, from("192.0.2.1", request("POST", "/posts", headers, Body::empty()))).await;
        assert_eq!((answer.status.as_u16(), answer.problem().code.as_ref()), (401, "gateway-untrusted"));
        let answer = call(&router, from("192.0.2.1", get("/whoever", headers))).await;
        assert_eq!(answer.status.as_u16(), 401);
    }
    let answer = call(&router, from("192.0.2.1", request("POST", "/posts", headers, Body::empty()))).await;
    assert_eq!(answer.status.as_u16(), 429);
    let sign_up =
        call(&router, from("192.0.2.1", request("POST", "/accounts", headers, Body::empty()))).await;
    assert_eq!(sign_up.status.as_u16(), 200, "who signs up is nobody yet");
    assert_eq!(as_account(&router, "7", "192.0.2.2", "POST", "/posts").await.status.as_u16(), 200);
}

#[tokio::test]
async fn a_forged_forwarding_is_no_other_address() {
    let router = router(&limits());
    let mut accepted = 0;
    for number in 0..50 {
        let forwarded = format!("198.51.100.{number}, 192.0.2.1");
        let answer = call(&router, from(&forwarded, request("POST", "/accounts", &[], Body::empty()))).await;
        accepted += usize::from(answer.status.is_success());
    }
    assert_eq!(accepted, 4);
}

#[tokio::test]
async fn one_account_has_few_requests_under_way() {
    let (arrived, leave) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let config = IdentityConfig::Gateway { secret: Secret::new(SECRET) };
    let identity = Arc::new(Identity::new(&config).expect("a secret needs no file"));
    let slow = {
        let (arrived, leave) = (Arc::clone(&arrived), Arc::clone(&leave));
        move || async move {
            arrived.notify_one();
            leave.notified().await;
            "done"
        }
    };
    let limits = Limits { in_flight_per_account_max: 1, rates: RateTable::default(), ..limits() };
    let routes = Router::new().route("/slow", on_get(slow)).route("/", on_get(|| async { "quick" }));
    let router = standard(limit_callers(routes, identity, &json!({}), &limits), "test", &limits);
    let first = tokio::spawn({
        let router = router.clone();
        async move { as_account(&router, "7", "192.0.2.1", "GET", "/slow").await.body }
    });
    within(arrived.notified()).await;
    let second = as_account(&router, "7", "192.0.2.1", "GET", "/").await;
    assert_eq!((second.status.as_u16(), second.problem().code.as_ref()), (429, "rate-limited"));
    assert_eq!(second.header("retry-after"), "1");
    assert_eq!(as_account(&router, "8", "192.0.2.1", "GET", "/").await.body, "quick", "another account");
    leave.notify_one();
    assert_eq!(within(first).await.expect("it does not panic"), "done");
    assert_eq!(as_account(&router, "7", "192.0.2.1", "GET", "/").await.body, "quick");
}

#[tokio::test]
async fn without_limits_nothing_is_counted() {
    let router = router(&Limits { enforced: false, ..limits() });
    for _ in 0..20 {
        let answer = as_account(&router, "7", "192.0.2.1", "POST", "/posts").await;
        assert_eq!(answer.status.as_u16(), 200);
        assert!(answer.header("ratelimit").is_empty() && answer.header("ratelimit-policy").is_empty());
    }
}
