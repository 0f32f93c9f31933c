use domain::{AccountEvent, Event};
use reqwest::Method;
use serde_json::json;

use crate::answer::{Answer, refused};
use crate::app::{Api, App, Caller, log_config, path, quiet};

async fn give_up(user: &Caller<'_>) -> Answer {
    user.remove("/v1/accounts/me").await
}

#[tokio::test]
async fn an_account_is_given_up_by_one_event() {
    let app = App::start().await;
    let id = app.register("nightjar").await;
    let answer = give_up(&app.user(id)).await;
    assert_eq!((answer.status, answer.body.as_str()), (204, ""));
    let (event, envelope) = app.any_event(answer.event_position()).await;
    let Event::Account(AccountEvent::Deactivated(event)) = event else { panic!("{event:?}") };
    assert_eq!((event.account.get(), envelope.actor.get()), (id, id));
    assert_eq!(app.events().await, 3);
}

#[tokio::test]
async fn its_handle_is_never_free_again() {
    let app = App::start().await;
    let id = app.register("nightjar").await;
    assert_eq!(give_up(&app.user(id)).await.status, 204);
    let body = json!({"handle": "nightjar", "password": "correct horse", "displayName": "x"});
    assert_eq!(app.api.register(&[], &body).await.refusal(), refused(409, "HandleMustBeFree"));
    let other = app.user(app.register("owl").await);
    let answer = other.change_profile(&json!({"handle": "nightjar"})).await;
    assert_eq!(answer.refusal(), refused(409, "HandleMustBeFree"));
}

/// Every command of an account, after it posted `message` and with somebody to follow.
async fn all_commands(user: &Caller<'_>, message: &str, other: i64) -> Vec<(&'static str, Answer)> {
    let follow = format!("/v1/accounts/{other}/follow");
    let (like, repost) = (format!("/v1/messages/{message}/like"), format!("/v1/messages/{message}/repost"));
    vec![
        ("post", user.post(&json!({"text": "two"})).await),
        ("edit", user.edit(message, "*", &json!({"text": "three"})).await),
        ("delete", user.delete(message).await),
        ("like", user.put(&like).await),
        ("unlike", user.remove(&like).await),
        ("repost", user.put(&repost).await),
        ("unrepost", user.remove(&repost).await),
        ("follow", user.put(&follow).await),
        ("unfollow", user.remove(&follow).await),
        ("read", user.mark_read(message).await),
        ("change", user.change_profile(&json!({"bio": "x"})).await),
        ("give up", give_up(user).await),
    ]
}

#[tokio::test]
async fn it_can_do_nothing_any_more() {
    let app = App::start().await;
    let (id, other) = (app.register("nightjar").await, app.register("owl").await);
    let user = app.user(id);
    let message = user.post(&json!({"text": "one"})).await.id();
    assert_eq!(give_up(&user).await.status, 204);
    let events = app.events().await;
    for (name, answer) in all_commands(&user, &message, other).await {
        assert_eq!(answer.refusal(), refused(403, "AccountMustBeActive"), "{name}");
    }
    let admin = app.caller(id, "admin");
    assert_eq!(admin.delete(&message).await.refusal(), refused(403, "AccountMustBeActive"));
    assert_eq!(app.events().await, events);
}

#[tokio::test]
async fn it_is_not_there_for_others() {
    let app = App::start().await;
    let id = app.register("nightjar").await;
    let other = app.user(app.register("owl").await);
    let message = app.user(id).post(&json!({"text": "one"})).await.id();
    let follow = format!("/v1/accounts/{id}/follow");
    assert_eq!(other.put(&follow).await.status, 204);
    assert_eq!(give_up(&app.user(id)).await.status, 204);
    let events = app.events().await;
    assert_eq!(other.put(&follow).await.refusal(), refused(404, "AccountMustExist"));
    assert_eq!(other.remove(&follow).await.refusal(), refused(404, "AccountMustExist"));
    for kind in ["like", "repost"] {
        let answer = other.put(&format!("/v1/messages/{message}/{kind}")).await;
        assert_eq!(answer.refusal(), refused(404, "MessageMustExist"), "{kind}");
    }
    assert_eq!(app.events().await, events);
}

#[tokio::test]
async fn nothing_is_imported_for_it() {
    let app = App::start().await;
    let id = app.register("nightjar").await;
    assert_eq!(give_up(&app.user(id)).await.status, 204);
    let line = |account: i64| {
        let account = account.to_string();
        json!({"kind": "message", "text": "old", "account": account, "time": "2020-01-01T00:00:00Z"})
            .to_string()
    };
    let body = format!("{}\n{}\n", line(id), line(7));
    let reports = app.caller(8, "operator").import(body).await.reports();
    assert_eq!(reports[0].code.as_deref(), Some("AccountMustBeActive"));
    assert_eq!(reports[1].code, None);
}

#[tokio::test]
async fn another_dispatcher_that_had_not_seen_it_knows_at_once() {
    let app = App::start().await;
    let id = app.register("nightjar").await;
    let api = Api::open(&log_config(&app.nats), &app.tokens.config(), quiet()).await;
    assert_eq!(give_up(&app.user(id)).await.status, 204);
    let there = Caller { api: &api, authorization: app.tokens.of(id, "user") };
    assert_eq!(there.post(&json!({"text": "x"})).await.refusal(), refused(403, "AccountMustBeActive"));
}

#[tokio::test]
async fn a_repetition_under_the_same_key_is_answered_as_the_first_time() {
    let app = App::start().await;
    let user = app.user(app.register("nightjar").await);
    let post = json!({"text": "one"});
    let keyed = [("idempotency-key", "p")];
    let posted = user.json(Method::POST, "/v1/messages", &keyed, &post).await;
    let delete = async || user.send(Method::DELETE, "/v1/accounts/me", &[("idempotency-key", "d")], "").await;
    let first = delete().await;
    assert_eq!(first.status, 204);
    assert_eq!(delete().await.lasting(), first.lasting());
    let again = user.json(Method::POST, "/v1/messages", &keyed, &post).await;
    assert_eq!(again.lasting(), posted.lasting(), "it was posted, and stays so");
    assert_eq!(give_up(&user).await.refusal(), refused(403, "AccountMustBeActive"));
}

#[tokio::test]
async fn an_account_that_never_registered_acts_and_cannot_be_given_up() {
    let app = App::start().await;
    let user = app.user(42);
    let id = user.post(&json!({"text": "one"})).await.id();
    assert_eq!(give_up(&user).await.refusal(), refused(404, "AccountMustExist"));
    assert_eq!(user.edit(&id, "*", &json!({"text": "two"})).await.status, 200);
    assert_eq!(user.send(Method::DELETE, &path(&id), &[], "").await.status, 204);
}
