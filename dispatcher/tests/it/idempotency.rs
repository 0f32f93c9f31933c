use reqwest::Method;
use serde_json::{Value, json};

use crate::answer::{Answer, refused};
use crate::app::{Api, App, Caller, log_config, path, quiet};

async fn post(caller: &Caller<'_>, key: &str, body: &Value) -> Answer {
    caller.json(Method::POST, "/v1/messages", &[("idempotency-key", key)], body).await
}

#[tokio::test]
async fn the_same_key_and_body_give_the_same_answer() {
    let app = App::start().await;
    let user = app.user(42);
    let body = json!({"text": "once"});
    let first = post(&user, "k 1", &body).await;
    assert_eq!(first.status, 201);
    // Something else in between, so that positions differ.
    assert_eq!(user.post(&json!({"text": "another"})).await.status, 201);
    assert_eq!(post(&user, "k 1", &body).await.lasting(), first.lasting());
    assert_eq!(app.events().await, 2);
}

#[tokio::test]
async fn edits_and_deletions_are_repeated_as_well() {
    let app = App::start().await;
    let user = app.user(42);
    let id = user.post(&json!({"text": "one"})).await.id();
    let edit = async || {
        let headers = [("if-match", "\"1\""), ("idempotency-key", "e")];
        user.json(Method::PATCH, &path(&id), &headers, &json!({"text": "two"})).await
    };
    let delete = async || user.send(Method::DELETE, &path(&id), &[("idempotency-key", "d")], "").await;
    let edited = edit().await;
    assert_eq!((edited.status, edited.header("etag")), (200, "\"2\""));
    assert_eq!(user.edit(&id, "\"2\"", &json!({"text": "three"})).await.status, 200);
    assert_eq!(edit().await.lasting(), edited.lasting(), "although the edition is stale by now");
    let deleted = delete().await;
    assert_eq!(deleted.status, 204);
    assert_eq!(delete().await.lasting(), deleted.lasting());
    assert_eq!(edit().await.lasting(), edited.lasting(), "although the message is gone by now");
    assert_eq!(app.events().await, 4);
}

#[tokio::test]
async fn the_same_key_with_another_request_is_refused() {
    let app = App::start().await;
    let user = app.user(42);
    let id = post(&user, "k", &json!({"text": "one"})).await.id();
    let headers = [("idempotency-key", "k"), ("if-match", "*")];
    for answer in [
        post(&user, "k", &json!({"text": "two"})).await,
        user.json(Method::PATCH, &path(&id), &headers, &json!({"text": "one"})).await,
        user.send(Method::DELETE, &path(&id), &headers, "").await,
    ] {
        assert_eq!(answer.refusal(), refused(422, "idempotency-key-reused"));
    }
    assert_eq!(app.events().await, 1);
}

#[tokio::test]
async fn the_same_key_and_body_meant_for_another_edition_is_another_request() {
    let app = App::start().await;
    let user = app.user(42);
    let id = user.post(&json!({"text": "one"})).await.id();
    let edit = async |path: &str, key: &str, if_match: &str| {
        let headers = [("if-match", if_match), ("idempotency-key", key)];
        user.json(Method::PATCH, path, &headers, &json!({"text": "two"})).await
    };
    let path = path(&id);
    let first = edit(&path, "k", "\"1\"").await;
    assert_eq!((first.status, first.header("etag")), (200, "\"2\""));
    // Nobody can tell these apart: likes changed what was shown meanwhile, or a proxy the white space.
    for alike in ["\"1\"", " \"1\" ,", "\"1-AbC\""] {
        assert_eq!(edit(&path, "k", alike).await.lasting(), first.lasting(), "{alike}");
    }
    for other in ["\"2\"", "*", "\"1000-AbC\""] {
        assert_eq!(
            edit(&path, "k", other).await.refusal(),
            refused(422, "idempotency-key-reused"),
            "{other}"
        );
    }
    // A precondition that can never hold is refused, also where the key is known.
    for never in ["W/\"1\"", "\"1\", \"2\"", "\"x\"", "\"01\""] {
        assert_eq!(edit(&path, "k", never).await.refusal(), refused(412, "EditionMustMatch"), "{never}");
    }
    // Nothing is in the log of a command that changed nothing, so its key stays free.
    for if_match in ["*", "*", "\"2\""] {
        let unchanged = edit(&path, "any", if_match).await;
        assert_eq!((unchanged.status, unchanged.header("etag")), (200, "\"2\""), "{if_match}");
    }
    // No command knows a parameter.
    let asked = edit(&format!("{path}?x=1"), "k", "\"1\"").await;
    assert_eq!(asked.refusal(), refused(400, "invalid-parameter"));
    assert_eq!(app.events().await, 2);
}

#[tokio::test]
async fn keys_of_two_callers_never_meet() {
    let app = App::start().await;
    let mine = post(&app.user(42), "k", &json!({"text": "mine"})).await;
    let theirs = post(&app.user(43), "k", &json!({"text": "theirs"})).await;
    assert_eq!((mine.status, theirs.status), (201, 201));
    assert_ne!(mine.id(), theirs.id());
}

#[tokio::test]
async fn a_refused_command_gives_its_key_back() {
    let app = App::start().await;
    let user = app.user(42);
    let id = user.post(&json!({"text": "one"})).await.id();
    let edit = async |caller: &Caller<'_>, tag: &str| {
        let headers = [("if-match", tag), ("idempotency-key", "k")];
        caller.json(Method::PATCH, &path(&id), &headers, &json!({"text": "two"})).await
    };
    assert_eq!(edit(&user, "\"7\"").await.refusal(), refused(412, "EditionMustMatch"));
    assert_eq!(edit(&user, "\"1\"").await.status, 200);
    let empty = post(&user, "p", &json!({"text": ""})).await;
    assert_eq!(empty.refusal(), refused(422, "TextMustNotBeEmpty"));
    assert_eq!(post(&user, "p", &json!({"text": "not empty"})).await.status, 201);
    assert_eq!(app.events().await, 3);
}

#[tokio::test]
async fn a_key_is_255_printable_characters_at_most() {
    let app = App::start().await;
    let user = app.user(42);
    let body = json!({"text": "x"});
    for key in ["x".repeat(300).as_str(), "x".repeat(256).as_str(), "", "a\tb", "\u{e9}"] {
        let answer = post(&user, key, &body).await;
        assert_eq!(answer.refusal(), refused(400, "idempotency-key-invalid"), "{key}");
    }
    let twice = [("idempotency-key", "a"), ("idempotency-key", "b")];
    let answer = user.json(Method::POST, "/v1/messages", &twice, &body).await;
    assert_eq!(answer.refusal(), refused(400, "idempotency-key-invalid"));
    assert_eq!(app.events().await, 0);
    // Each of these characters takes three in the broker's key.
    let longest = ".*> /:".repeat(43)[..255].to_owned();
    let first = post(&user, &longest, &body).await;
    assert_eq!(post(&user, &longest, &body).await.lasting(), first.lasting());
    assert_eq!((first.status, app.events().await), (201, 1));
}

#[tokio::test]
async fn concurrent_duplicates_make_one_event() {
    let app = App::start().await;
    let user = app.user(42);
    let body = json!({"text": "once"});
    let posts = futures::future::join_all((0..8).map(|_| post(&user, "k", &body))).await;
    let id = posts[0].id();
    assert!(posts.iter().all(|answer| (answer.status, answer.id()) == (201, id.clone())), "{posts:?}");
    let deletions = (0..8).map(|_| {
        let path = path(&id);
        let user = &user;
        async move { user.send(Method::DELETE, &path, &[("idempotency-key", "d")], "").await }
    });
    let deletions = futures::future::join_all(deletions).await;
    let position = deletions[0].event_position();
    let alike = |answer: &Answer| (answer.status, answer.event_position()) == (204, position);
    assert!(deletions.iter().all(alike), "{deletions:?}");
    assert_eq!(app.events().await, 2);
}

#[tokio::test]
async fn keys_outlive_the_dispatcher_and_the_broker() {
    let mut app = App::start().await;
    let body = json!({"text": "once"});
    let first = post(&app.user(42), "k", &body).await;
    assert_eq!(first.status, 201);
    app.nats.stop().await;
    app.nats.restart().await;
    app.api = Api::open(&log_config(&app.nats), &app.tokens.config(), quiet()).await;
    assert_eq!(post(&app.user(42), "k", &body).await.lasting(), first.lasting());
    let other = post(&app.user(42), "k", &json!({"text": "twice"})).await;
    assert_eq!(other.refusal(), refused(422, "idempotency-key-reused"));
}
