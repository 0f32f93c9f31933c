//! Webhooks: what is sent, in which order, and what a bad receiver can do.

mod api;
mod crash;
mod receiver;
mod receivers;
mod targets;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::{GraphEvent, Muted};
use relay::WebhookSettings;
use serde_json::{Value, json};
use testkit::eventually;

use crate::support::{App, PATIENCE, Server, account};
use receiver::{Received, Receiver};

/// To receivers of this machine, with little patience.
pub(crate) const LOCAL: WebhookSettings = WebhookSettings {
    allow_http: true,
    allow_private: true,
    tries_max: 3,
    timeout: Duration::from_secs(1),
    // A machine that stands still for less does not make events come twice.
    lease: Duration::from_secs(10),
    retry_min: Duration::from_millis(20),
    retry_max: Duration::from_millis(100),
};

/// A webhook as it was made: its id, and its secret.
pub(crate) struct Made {
    pub(crate) path: String,
    pub(crate) secret: String,
}

pub(crate) async fn make(app: &App, url: &str, mut more: Value) -> Made {
    more["url"] = json!(url);
    let made = eventually("the bucket is there", PATIENCE, async || {
        let (status, made) = app.operate("POST", "/v1/webhooks", Some(more.clone())).await;
        if status == 503 { Err(made.to_string()) } else { Ok((status, made)) }
    });
    let (status, made) = made.await;
    assert_eq!(status, 201, "{made}");
    let text = |value: &Value| value.as_str().expect("text").to_owned();
    Made { path: format!("/v1/webhooks/{}", text(&made["webhook"]["id"])), secret: text(&made["secret"]) }
}

/// How the webhook is doing, once it does so.
pub(crate) async fn shown(app: &App, made: &Made, what: &str, is_so: impl Fn(&Value) -> bool) -> Value {
    eventually(what, PATIENCE, async || {
        let (_, shown) = app.operate("GET", &made.path, None).await;
        if is_so(&shown) { Ok(shown) } else { Err(shown.to_string()) }
    })
    .await
}

pub(crate) async fn until_position(app: &App, made: &Made, position: i64) -> Value {
    let is_there = |shown: &Value| shown["position"].as_str().is_some_and(|at| at.parse() == Ok(position));
    shown(app, made, "all is sent", is_there).await
}

/// Whether one of the signatures is by the secret.
pub(crate) fn is_signed(received: &Received, secret: &str) -> bool {
    let key = STANDARD.decode(secret.strip_prefix("whsec_").expect("a secret")).expect("base64");
    let key = hmac::Key::new(hmac::HMAC_SHA256, &key);
    let header = |name: &str| received.headers[name].to_str().expect("text");
    let mut signed = format!("{}.{}.", header("webhook-id"), header("webhook-timestamp")).into_bytes();
    signed.extend_from_slice(&received.body);
    header("webhook-signature").split(' ').any(|signature| {
        let signature = signature.strip_prefix("v1,").and_then(|text| STANDARD.decode(text).ok());
        signature.is_some_and(|signature| hmac::verify(&key, &signed, &signature).is_ok())
    })
}

async fn events_come_signed(server: Server) {
    let app = App::with_webhooks(server, LOCAL).await;
    let receiver = Receiver::start().await;
    let before = app.post(7, "before", &[]).await;
    app.delete(before, 7).await;
    let made = make(&app, &receiver.url("/hook?token=of-the-test"), json!({"after": "0"})).await;
    app.post(7, "one", &["birds"]).await;
    app.append(GraphEvent::Muted(Muted { muter: account(7), muted: account(8) })).await;
    let last = app.append(crate::support::posted(8, "two", &[])).await;
    let shown = until_position(&app, &made, last.get()).await;
    assert_eq!((&shown["lagEvents"], &shown["madeBy"]), (&json!(0), &json!("7")), "{shown}");
    assert!(!shown.to_string().contains("whsec_"), "{shown}");

    let received = receiver.received();
    let mut bodies: Vec<Value> = received.iter().map(Received::json).collect();
    bodies.sort_by_key(|body| body["position"].as_str().and_then(|at| at.parse::<i64>().ok()));
    // The words of what was deleted, and what an account keeps to itself, are no more sent than they are handed on.
    assert_eq!(bodies, app.all("").await);
    assert_eq!(bodies.len(), 3);
    for received in &received {
        assert!(is_signed(received, &made.secret));
        assert_eq!(received.headers["webhook-id"], received.json()["id"].as_str().expect("text"));
        assert_eq!(received.headers["content-type"], "application/cloudevents+json");
        assert_eq!(received.path, "/hook?token=of-the-test");
    }
}

#[tokio::test]
async fn events_come_signed_with_a_log_on_nats() {
    events_come_signed(Server::nats().await).await;
}

#[tokio::test]
async fn events_come_signed_with_a_log_on_postgres() {
    events_come_signed(Server::postgres().await).await;
}

#[tokio::test]
async fn only_what_is_asked_for_is_sent() {
    let app = App::with_webhooks(Server::nats().await, LOCAL).await;
    let receiver = Receiver::start().await;
    let types = json!(["rookery.message.posted.v1"]);
    let made = make(&app, &receiver.url("/"), json!({"types": types, "tag": "Birds", "account": "7"})).await;
    app.post(7, "no tag", &[]).await;
    app.post(8, "another account", &["birds"]).await;
    app.post(7, "meant", &["birds"]).await;
    let last = app.append(crate::support::posted(9, "not meant either", &["birds"])).await;
    until_position(&app, &made, last.get()).await;
    assert_eq!(receiver.texts(), ["meant"]);

    let change = json!({"types": [], "tag": "", "account": ""});
    let (status, changed) = app.operate("PATCH", &made.path, Some(change)).await;
    assert_eq!(
        (status, &changed["tag"], &changed["account"]),
        (200, &Value::Null, &Value::Null),
        "{changed}"
    );
    shown(&app, &made, "the filter is gone", |shown| shown["types"] == json!([])).await;
    // Events that were read before are not read again for it.
    eventually("another event is sent", PATIENCE, async || {
        app.post(8, "everything", &[]).await;
        let texts = receiver.texts();
        if texts.iter().any(|text| text == "everything") { Ok(()) } else { Err(format!("{texts:?}")) }
    })
    .await;
}

#[tokio::test]
async fn an_account_waits_for_its_own_events_and_others_do_not() {
    let settings = WebhookSettings { tries_max: 50, ..LOCAL };
    let app = App::with_webhooks(Server::nats().await, settings).await;
    let receiver = Receiver::start().await;
    // The first event of account 7 is refused until all of account 8 are there.
    receiver.answer(|body, so_far| {
        let others = so_far.iter().filter(|one| one.json()["data"]["author"] == "8").count();
        if body["data"]["author"] == "7" && others < 20 { 500 } else { 204 }
    });
    let made = make(&app, &receiver.url("/"), json!({})).await;
    let mut last = 0;
    for number in 0..20 {
        for author in [7, 8] {
            let posted = crate::support::posted(author, &format!("{number}"), &[]);
            last = app.append(posted).await.get();
        }
    }
    until_position(&app, &made, last).await;
    let expected: Vec<String> = (0..20).map(|number| number.to_string()).collect();
    for author in [7, 8] {
        assert_eq!(receiver.taken_of(account(author)), expected, "{author}");
    }
    let all = receiver.received();
    let at = |is_it: &dyn Fn(&Received) -> bool| all.iter().position(is_it);
    let of_7 = at(&|one| one.json()["data"]["author"] == "7" && one.status == 204).expect("taken");
    let of_8 = all.iter().rposition(|one| one.json()["data"]["author"] == "8").expect("taken");
    assert!(of_8 < of_7, "account 8 did not wait");
}

#[tokio::test]
async fn what_is_never_taken_is_parked_and_sent_again_by_a_replay() {
    let app = App::with_webhooks(Server::nats().await, LOCAL).await;
    let receiver = Receiver::start().await;
    receiver.answer(|body, _| if body["data"]["text"] == "poison" { 500 } else { 200 });
    let made = make(&app, &receiver.url("/"), json!({})).await;
    let first = app.append(crate::support::posted(7, "first", &[])).await;
    let poison = app.append(crate::support::posted(7, "poison", &[])).await;
    let last = app.append(crate::support::posted(7, "last", &[])).await;
    let doing = until_position(&app, &made, last.get()).await;
    assert_eq!((&doing["parkedEvents"], &doing["failing"]), (&json!(1), &Value::Null), "{doing}");
    let parked = format!("{}/parked", made.path);
    let (_, list) = app.operate("GET", &parked, None).await;
    let id = receiver.of_text("poison")[0].headers["webhook-id"].clone();
    assert_eq!((&list[0]["tries"], &list[0]["reason"]), (&json!(3), &json!("answered 500")), "{list}");
    assert_eq!(
        (&list[0]["position"], &list[0]["id"]),
        (&json!(poison.to_string()), &json!(id.to_str().ok()))
    );
    assert_eq!(receiver.of_text("poison").len(), 3);
    assert_eq!(receiver.taken_of(account(7)), ["first", "last"]);

    receiver.answer(|_, _| 200);
    let replay = json!({"after": first.to_string()});
    let (status, _) = app.operate("POST", &format!("{}/replay", made.path), Some(replay)).await;
    assert_eq!(status, 204);
    eventually("it is sent again", PATIENCE, async || {
        let taken = receiver.taken_of(account(7));
        if taken == ["first", "last", "poison", "last"] { Ok(()) } else { Err(format!("{taken:?}")) }
    })
    .await;
    assert!(receiver.of_text("poison").iter().all(|one| one.headers["webhook-id"] == id));
    let doing = until_position(&app, &made, last.get()).await;
    assert_eq!(doing["parkedEvents"], json!(0), "{doing}");
}

#[tokio::test]
async fn words_that_are_deleted_while_they_wait_are_not_sent() {
    let second = Duration::from_secs(1);
    let settings = WebhookSettings { tries_max: 100, retry_min: second, retry_max: second, ..LOCAL };
    let app = App::with_webhooks(Server::nats().await, settings).await;
    let receiver = Receiver::start().await;
    receiver.answer(|body, _| if body["data"]["text"] == "regretted" { 503 } else { 200 });
    let made = make(&app, &receiver.url("/"), json!({})).await;
    let message = app.post(7, "regretted", &[]).await;
    shown(&app, &made, "it was tried", |shown| shown["failing"] != Value::Null).await;
    let last = app.delete(message, 7).await;
    let doing = until_position(&app, &made, last.get()).await;
    assert_eq!(doing["parkedEvents"], json!(0), "it was left out: {doing}");
    let received = receiver.received();
    let taken: Vec<Value> = received.iter().filter(|one| one.status == 200).map(Received::json).collect();
    assert!(taken.iter().all(|one| one["type"] == "rookery.message.deleted.v1"), "{taken:?}");
}

/// A slow receiver is enough: nothing has to fail.
#[tokio::test]
async fn words_that_are_deleted_before_their_turn_are_not_sent() {
    let second = Duration::from_secs(1);
    let settings = WebhookSettings { tries_max: 100, retry_min: second, retry_max: second, ..LOCAL };
    let app = App::with_webhooks(Server::nats().await, settings).await;
    let receiver = Receiver::start().await;
    let is_held_up = Arc::new(AtomicBool::new(true));
    let held = Arc::clone(&is_held_up);
    receiver.answer(move |_, _| if held.load(Ordering::SeqCst) { 503 } else { 200 });
    let made = make(&app, &receiver.url("/"), json!({})).await;
    app.post(7, "held up", &[]).await;
    let message = app.post(7, "regretted", &[]).await;
    shown(&app, &made, "the first was tried", |shown| shown["failing"] != Value::Null).await;
    let last = app.delete(message, 7).await;
    is_held_up.store(false, Ordering::SeqCst);
    until_position(&app, &made, last.get()).await;
    assert_eq!(receiver.of_text("regretted").len(), 0);
    assert_eq!(receiver.taken_of(account(7)), ["held up"]);
}

#[tokio::test]
async fn a_rotated_secret_is_good_for_a_while_beside_the_new_one() {
    let app = App::with_webhooks(Server::nats().await, LOCAL).await;
    let receiver = Receiver::start().await;
    let made = make(&app, &receiver.url("/"), json!({})).await;
    let (status, rotated) = app.operate("POST", &format!("{}/secret", made.path), None).await;
    assert_eq!(status, 200, "{rotated}");
    let new = rotated["secret"].as_str().expect("a secret");
    assert_ne!(new, made.secret);
    eventually("it is signed by both", PATIENCE, async || {
        app.post(7, "one", &[]).await;
        let received = receiver.received();
        let by_both = received.iter().any(|one| is_signed(one, new) && is_signed(one, &made.secret));
        if by_both { Ok(()) } else { Err(received.len().to_string()) }
    })
    .await;
    // Nobody may have read the answer, and rotates again: the receiver has the first one yet.
    for _ in 0..3 {
        let (status, rotated) = app.operate("POST", &format!("{}/secret", made.path), None).await;
        assert_eq!(status, 200, "{rotated}");
    }
    let (status, problem) = app.operate("POST", &format!("{}/secret", made.path), None).await;
    assert_eq!((status, &problem["code"]), (429, &json!("rate-limited")), "{problem}");
    eventually("it is signed by five", PATIENCE, async || {
        app.post(7, "two", &[]).await;
        let received = receiver.received();
        let last = received.last().expect("some came");
        let signatures = last.headers["webhook-signature"].to_str().expect("text").split(' ').count();
        let is_good = signatures == 5 && is_signed(last, new) && is_signed(last, &made.secret);
        if is_good { Ok(()) } else { Err(signatures.to_string()) }
    })
    .await;
}

#[tokio::test]
async fn another_relay_goes_on_where_one_ended_in_order() {
    let app = App::with_webhooks(Server::nats().await, LOCAL).await;
    let receiver = Receiver::start().await;
    let made = make(&app, &receiver.url("/"), json!({})).await;
    let first = app.append(crate::support::posted(7, "first", &[])).await;
    until_position(&app, &made, first.get()).await;
    let app = app.started_again().await;
    let last = app.append(crate::support::posted(7, "last", &[])).await;
    until_position(&app, &made, last.get()).await;
    assert_eq!(receiver.taken_of(account(7)), ["first", "last"], "nothing came twice");
    let (status, _) = app.operate("DELETE", &made.path, None).await;
    assert_eq!(status, 204);
    let (status, problem) = app.operate("GET", &made.path, None).await;
    assert_eq!((status, &problem["code"]), (404, &json!("not-found")));
}
