//! Dispatcher, reducers, query API and relay as an installation runs them: each a process of its own, configured by its
//! environment alone, over a broker and a database that come and go.

mod api;
mod streams;
mod system;

use std::time::Duration;

use api::{AUTHOR, STRANGER};
use reqwest::{Method, StatusCode};
use serde_json::json;
use system::{Mode, System};
use testkit::{Nats, Postgres};
use tokio::task::JoinSet;

use crate::support::send;

pub(crate) use system::Service;

const LIMIT: Duration = Duration::from_secs(60);

/// Sent at once, so that some are under way when a service dies.
const POSTS_PER_CRASH: usize = 8;

#[tokio::test]
async fn a_message_is_posted_edited_read_counted_and_deleted() {
    let system = System::start(Mode::Jwt).await;
    system.ready().await;
    let api = &system.api;

    let posted = api.post("first words", "birds", "key-1").await.expect("it is accepted");
    let id = posted.id();
    let edited = api.edit(&id, "better words").await;

    let seen = api.read(&format!("/v1/messages/{id}"), edited).await;
    assert_eq!(seen["text"], "better words");
    assert_eq!(seen["edition"], 2);
    assert_eq!(api.read("/v1/messages?tag=birds&count=1", edited).await, json!(1));

    let events = api.events(edited).await;
    assert!(events.contains("first words") && events.contains("better words"), "{events}");

    let deleted = api.delete(&id).await;
    let events = api.events(deleted).await;
    assert!(!events.contains("words") && events.contains("rookery.message.deleted.v1"), "{events}");
    assert_eq!(api.read("/v1/messages?tag=birds&count=1", deleted).await, json!(0));
    let path = format!("/v1/messages/{id}");
    for (reader, expected) in [(STRANGER, StatusCode::NOT_FOUND), (AUTHOR, StatusCode::GONE)] {
        let answer = send(api.get_as(reader, &path)).await.expect("it answers");
        assert_eq!(answer.status, expected, "to {reader}");
    }
}

/// With several threads, so that the posts are on their way while the service dies.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killing_any_service_loses_and_doubles_nothing() {
    let mut system = System::start(Mode::Jwt).await;
    system.ready().await;
    let api = system.api.clone();

    let mut last = 0;
    for (round, service) in system.services.iter_mut().enumerate() {
        let mut posts = JoinSet::new();
        for post in 0..POSTS_PER_CRASH {
            let api = api.clone();
            posts.spawn(async move { api.post_until_accepted(&format!("round-{round}-post-{post}")).await });
        }
        service.crash_and_start_again();
        last = posts.join_all().await.into_iter().fold(last, i64::max);
    }
    system.ready().await;

    let total = POSTS_PER_CRASH * system.services.len();
    assert_eq!(api.read("/v1/messages?tag=birds&count=1", last).await, json!(total));
    let listed = api.read("/v1/messages?tag=birds&limit=100", last).await;
    assert_eq!(listed.as_array().map(Vec::len), Some(total));
    let events = api.events(last).await;
    for (round, post) in
        (0..system.services.len()).flat_map(|round| (0..POSTS_PER_CRASH).map(move |post| (round, post)))
    {
        assert_eq!(events.matches(&format!("\"round-{round}-post-{post}\"")).count(), 1, "{events}");
    }
}

#[tokio::test]
async fn services_wait_for_a_broker_and_a_database_that_come_late() {
    let (mut nats, mut postgres) = (Nats::start().await, Postgres::start().await);
    nats.stop().await;
    postgres.stop().await;
    let mut system = System::over(Mode::Jwt, &nats.url(), &postgres.url());
    for service in &system.services {
        service.answers("/livez", StatusCode::OK).await;
        service.answers("/readyz", StatusCode::SERVICE_UNAVAILABLE).await;
    }
    let refused = system.api.post("too early", "birds", "key-1").await.expect_err("there is no log yet");
    assert!(refused.contains("503"), "{refused}");

    postgres.restart().await;
    nats.restart().await;

    system.ready().await;
    let posted = system.api.post("in time", "birds", "key-1").await.expect("it is accepted");
    assert_eq!(system.api.read("/v1/messages?tag=birds&count=1", posted.position).await, json!(1));
    for service in &mut system.services {
        service.stop().await;
    }
}

#[tokio::test]
async fn a_gateways_identity_is_believed_with_its_secret_alone() {
    let system = System::start(Mode::Gateway).await;
    system.ready().await;
    let api = &system.api;

    let posted = api.post("through the gateway", "birds", "key-1").await.expect("it is accepted");
    let seen = api.read(&format!("/v1/messages/{}", posted.id()), posted.position).await;
    assert_eq!(seen["author"]["id"], AUTHOR.to_string());

    let body = json!({"text": "without the secret", "tag": "birds"});
    let forged = api.request(Method::POST, &api.dispatcher, "/v1/messages").header("X-User-ID", "1");
    let forged = send(forged.header("X-User-Roles", "user,admin").json(&body)).await.expect("it answers");
    assert_eq!(forged.status, StatusCode::UNAUTHORIZED);
    let anonymous = api.request(Method::GET, &api.query_api, "/v1/messages").header("X-User-ID", "1");
    assert_eq!(send(anonymous).await.expect("it answers").status, StatusCode::FORBIDDEN);
}
