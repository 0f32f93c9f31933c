use std::sync::Arc;
use std::time::{Duration, SystemTime};

use http_kit::identity::IdentityConfig;
use http_kit::{Identity, Limits};
use relay::EventLimits;
use testkit::eventually;
use tokens::{RevocationPart, Revocations, Role, Roles, SigningKey, TokenIssuer, write_jwks};
use tower::ServiceExt;
use uuid::Uuid;

use crate::support::{App, PATIENCE, posted, quiet};

#[tokio::test]
async fn consumers_take_events_and_most_others_do_not() {
    let app = App::start().await;
    let path = "/v1/events";
    for roles in ["consumer", "operator", "admin", "user,consumer"] {
        assert_eq!(app.answer(path, app.request_as(7, roles, path)).await.status, 200, "{roles}");
    }
    for roles in ["user", "analyst", "moderator", ""] {
        app.answer(path, app.request_as(7, roles, path)).await.is_problem(403, "role-required");
    }
    let anonymous = app.answer(path, app.client.get(format!("{}{path}", app.url))).await;
    anonymous.is_problem(403, "identity-required");
}

#[tokio::test]
async fn an_account_follows_so_often_at_a_time_and_all_together_too() {
    let limits = Limits { enforced: true, ..quiet() };
    let events = EventLimits { followers_max: 3, followers_per_account_max: 2, readings_max: 1 };
    let app = App::limited(limits, events).await;
    let path = "/v1/events?follow=true&after=latest";
    let follow = async |account| {
        let response = app.request_as(account, "consumer", path).send().await.expect("it answers");
        assert_eq!(response.status(), 200);
        response
    };
    let (first, _second) = (follow(7).await, follow(7).await);
    app.get(path).await.is_problem(429, "rate-limited");
    let _third = follow(8).await;
    app.answer(path, app.request_as(9, "consumer", path)).await.is_problem(503, "overloaded");
    // A stream whose caller left gives its place back.
    drop(first);
    testkit::eventually("there is room again", crate::support::PATIENCE, async || {
        let response = app.request_as(9, "consumer", path).send().await.expect("it answers");
        if response.status() == 200 { Ok(()) } else { Err(response.status().to_string()) }
    })
    .await;
}

/// Kept full by streams that nobody reads, and by pages.
#[tokio::test]
async fn an_account_that_reads_far_back_keeps_no_other_from_it() {
    let mut app = App::start().await;
    // Some chunks of a stream.
    let text = "x".repeat(280);
    futures::future::join_all((0..1000).map(|_| app.append(posted(7, &text, &[])))).await;
    for readings_max in [4, 1] {
        let limits = Limits { enforced: true, ..quiet() };
        let events = EventLimits { readings_max, ..EventLimits::default() };
        app = app.started_again_limited(&limits, events).await;
        let mut silent = Vec::new();
        for _ in 0..4 {
            let asked = app.request("/v1/events?follow=true&after=0").build().expect("a request");
            let mut request = http::Request::new(axum::body::Body::empty());
            *request.uri_mut() = "/v1/events?follow=true&after=0".parse().expect("a path");
            *request.headers_mut() = asked.headers().clone();
            let stream = app.router.clone().oneshot(request).await.expect("it answers");
            assert_eq!(stream.status(), 200);
            silent.push(stream);
        }
        let page = "/v1/events?after=0&limit=1000";
        let greedy = async || {
            loop {
                app.request(page).send().await.expect("it answers").bytes().await.expect("it is whole");
            }
        };
        let other = async {
            let page = "/v1/events?after=0&limit=10";
            for number in 0..3 {
                let asked = app.answer(page, app.request_as(8, "consumer", page));
                let answer = tokio::time::timeout(PATIENCE, asked).await.expect("it is answered in time");
                assert_eq!(answer.events().len(), 10, "page {number} with {readings_max} places");
            }
        };
        tokio::select! {
            () = other => {}
            _ = futures::future::join4(greedy(), greedy(), greedy(), greedy()) => {}
        }
        drop(silent);
    }
}

/// It is looked at every 15 s.
#[tokio::test]
async fn a_stream_ends_when_its_token_is_void() {
    let directory = tempfile::tempdir().expect("there is room for a temporary directory");
    let (key, jwks) =
        (SigningKey::generate().expect("there is randomness"), directory.path().join("jwks.json"));
    write_jwks(&jwks, [&key]).expect("the directory is ours");
    let (issuer, audience) = ("https://issuer.test", "rookery");
    let config = IdentityConfig::Jwt {
        jwks_file: Some(jwks),
        jwks_url: None,
        issuer: issuer.to_owned(),
        audience: audience.to_owned(),
    };
    let identity = Arc::new(Identity::new(&config).expect("the key set was just written"));
    let app = App::believing(Arc::clone(&identity)).await;
    let (roles, hour) = (Roles::none().with(Role::Consumer), Duration::from_secs(3_600));
    let (session, issuer) = (Uuid::now_v7(), TokenIssuer::new(&key, issuer, audience));
    let token =
        issuer.issue_for_session(42, roles, session, SystemTime::now(), hour).expect("the key is good");
    let mut stream = eventually("the relay follows the log", PATIENCE, async || {
        let stream = app.client.get(format!("{}/v1/events?follow=true", app.url)).bearer_auth(&token);
        let stream = stream.send().await.map_err(|error| error.to_string())?;
        if stream.status() == 503 { Err("503".to_owned()) } else { Ok(stream) }
    })
    .await;
    assert_eq!(stream.status(), 200);
    let mut part = RevocationPart::default();
    part.end_sessions(42, &[session], 1_800_000_000_000);
    identity.revocations().replace("log", Revocations::part_of(42), 1, part);
    let ended = async { while let Ok(Some(_heartbeat)) = stream.chunk().await {} };
    tokio::time::timeout(Duration::from_secs(40), ended).await.expect("it ends");
}
