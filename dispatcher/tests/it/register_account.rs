use std::collections::BTreeSet;

use domain::{AccountEvent, Event, HandleEvent};
use serde_json::{Value, json};

use crate::answer::refused;
use crate::app::App;

fn body(handle: &str, display_name: &str) -> Value {
    json!({"handle": handle, "password": "correct horse", "displayName": display_name})
}

#[tokio::test]
async fn a_registration_claims_the_handle_and_makes_the_account() {
    let app = App::start().await;
    let answer = app.api.register(&[], &body("NightJar", "  Night Jar ")).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    let registered = answer.json();
    let id = registered["id"].as_str().expect("ids are strings").to_owned();
    assert_eq!(registered, json!({"id": id, "handle": "nightjar", "displayName": "Night Jar"}));
    assert_eq!(answer.header("location"), format!("/v1/accounts/{id}"));
    assert!(!answer.body.contains("horse"));

    let (claimed, of_claim) = app.any_event(answer.event_position() - (1 << 8)).await;
    let Event::Handle(HandleEvent::Claimed(claimed)) = claimed else { panic!("no claim: {claimed:?}") };
    let (event, envelope) = app.any_event(answer.event_position()).await;
    let Event::Account(AccountEvent::Registered(made)) = event else { panic!("no account: {event:?}") };
    assert_eq!((claimed.handle.as_str(), claimed.account.to_string()), ("nightjar", id.clone()));
    assert_eq!((made.handle.as_str(), made.display_name.as_str()), ("nightjar", "Night Jar"));
    assert_eq!((made.account.to_string(), envelope.actor.to_string()), (id.clone(), id));
    assert_eq!((envelope.command, envelope.correlation), (of_claim.command, of_claim.correlation));
    assert_eq!(app.events().await, 2);
}

#[tokio::test]
async fn an_accounts_id_tells_when_it_was_made() {
    let app = App::start().await;
    let (first, second) = (app.register("a").await, app.register("b").await);
    let since_2025 = time::OffsetDateTime::now_utc().unix_timestamp() - 1_735_689_600;
    for id in [first, second] {
        assert!((since_2025 - 60..=since_2025 + 1).contains(&(id >> 21)), "{id}");
        assert!(id < 1 << 53, "a double holds it");
        assert_eq!((id >> 13) & 0xff, 0, "the shard");
    }
    assert!(first < second || first >> 21 == second >> 21);
}

#[tokio::test]
async fn a_handle_is_registered_once_however_it_is_spelled() {
    let app = App::start().await;
    app.register("nightjar").await;
    for handle in ["nightjar", "NightJar", "NIGHTJAR"] {
        let answer = app.api.register(&[], &body(handle, "x")).await;
        assert_eq!(answer.refusal(), refused(409, "HandleMustBeFree"), "{handle}");
    }
    assert_eq!(app.events().await, 2);
}

#[tokio::test]
async fn of_fifty_at_once_one_gets_the_handle() {
    let app = App::start().await;
    let bodies: Vec<_> = (0..50).map(|number| body("nightjar", &format!("Number {number}"))).collect();
    let answers = futures::future::join_all(bodies.iter().map(|body| app.api.register(&[], body))).await;
    let (won, lost): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status == 201);
    assert_eq!((won.len(), lost.len()), (1, 49));
    for answer in lost {
        assert_eq!(answer.refusal(), refused(409, "HandleMustBeFree"));
    }
    assert_eq!(app.events().await, 2);
}

/// Two dispatchers share no lock, only the log.
#[tokio::test]
async fn of_fifty_at_once_at_two_dispatchers_one_gets_the_handle() {
    let app = App::start().await;
    let other =
        crate::app::Api::open(&crate::app::log_config(&app.nats), &app.tokens.config(), crate::app::quiet())
            .await;
    let body = body("nightjar", "x");
    let answers = (0..50).map(|number| {
        let api = if number % 2 == 0 { &app.api } else { &other };
        api.register(&[], &body)
    });
    let answers = futures::future::join_all(answers).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 1);
    for answer in answers.iter().filter(|answer| answer.status != 201) {
        assert_eq!(answer.refusal(), refused(409, "HandleMustBeFree"));
    }
    assert_eq!(app.events().await, 2);
}

#[tokio::test]
async fn fifty_handles_at_once_are_all_registered() {
    let app = App::start().await;
    let bodies: Vec<_> = (0..50).map(|number| body(&format!("bird_{number}"), "x")).collect();
    // One address may not have so many wait for their hash.
    let answers = bodies.iter().enumerate().map(async |(number, body)| {
        let address = format!("192.0.2.{number}");
        app.api.register(&[("x-forwarded-for", &address)], body).await
    });
    let answers = futures::future::join_all(answers).await;
    let ids: BTreeSet<_> = answers.iter().map(|answer| answer.json()["id"].to_string()).collect();
    assert_eq!(ids.len(), 50);
    assert_eq!(app.events().await, 100);
}
