//! Which log a command goes into, and what happens where it was replaced.

use reqwest::Method;
use serde_json::json;
use testkit::eventually;

use crate::answer::refused;
use crate::app::{App, PATIENCE};

#[tokio::test]
async fn every_answer_names_its_log_and_no_command_goes_into_another_one() {
    use event_store::EventLog;
    let app = App::start().await;
    let user = app.user(42);
    let lineage = app.log.lineage().to_string();
    let body = json!({"text": "x"});
    let post = async |lineage: &str| {
        user.json(Method::POST, "/v1/messages", &[("log-lineage", lineage)], &body).await
    };
    let posted = post(&lineage).await;
    assert_eq!((posted.status, posted.header("log-lineage")), (201, lineage.as_str()));
    let other = post("other").await;
    assert_eq!(other.refusal(), refused(409, "other-log"));
    assert_eq!(other.header("log-lineage"), lineage);
    assert_eq!(user.post(&json!({"text": ""})).await.header("log-lineage"), lineage, "of a refusal, too");
    assert_eq!(app.events().await, 1);
}

#[tokio::test]
async fn a_log_that_is_replaced_under_a_running_dispatcher_takes_nothing() {
    let app = App::start().await;
    let user = app.user(42);
    assert_eq!(user.post(&json!({"text": "x"})).await.status, 201);
    let context = async_nats::jetstream::new(async_nats::connect(app.nats.url()).await.expect("connected"));
    let mut stream = context.get_stream("EVENTS_0").await.expect("the log is there");
    let config = stream.info().await.expect("it answers").config.clone();
    context.delete_stream("EVENTS_0").await.expect("deleted");
    // By somebody who copied the configuration, our own metadata included.
    let mut made = context.create_stream(config).await.expect("made again");
    eventually("commands are refused", PATIENCE, || async {
        let answer = user.post(&json!({"text": "x"})).await;
        if answer.status == 503 { Ok(()) } else { Err(format!("{answer:?}")) }
    })
    .await;
    let before = made.info().await.expect("it answers").state.messages;
    for answer in [user.post(&json!({"text": "x"})).await, user.put("/v1/accounts/7/follow").await] {
        assert_eq!(answer.refusal(), refused(503, "log-refused"));
    }
    assert_eq!(made.info().await.expect("it answers").state.messages, before);
    let ready = app.api.send(Method::GET, "/readyz", &[], "").await;
    assert!(ready.status == 503 && ready.body.contains("another log"), "{ready:?}");
}
