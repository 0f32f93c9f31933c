use domain::{MessageEvent, MessagePosted};
use reqwest::Method;
use serde_json::{Value, json};

use crate::answer::refused;
use crate::app::App;

fn posted(event: MessageEvent) -> MessagePosted {
    match event {
        MessageEvent::Posted(posted) => posted,
        other => panic!("no post: {other:?}"),
    }
}

fn tags(posted: MessagePosted) -> Vec<String> {
    posted.tags.into_strings()
}

#[tokio::test]
async fn a_post_is_an_event_whose_position_is_the_message() {
    let app = App::start().await;
    let answer = app.user(42).post(&json!({"text": "The nightjars are back", "tag": "birds"})).await;
    let receipt = answer.receipt();
    assert_eq!((answer.status, receipt.edition), (201, 1));
    assert_eq!(answer.header("location"), format!("/v1/messages/{}", receipt.id));
    assert_eq!(answer.event_position().to_string(), receipt.id);
    let (event, _envelope) = app.event(answer.event_position()).await;
    let posted = posted(event);
    assert_eq!((posted.author.get(), posted.text.as_str()), (42, "The nightjars are back"));
    assert_eq!((posted.in_reply_to, posted.original_time), (None, None));
    assert_eq!(tags(posted), ["birds"]);
    assert_eq!(app.events().await, 1);
}

#[tokio::test]
async fn the_event_says_who_did_it_when_and_because_of_which_request() {
    let app = App::start().await;
    let before = time::OffsetDateTime::now_utc();
    let traced = [
        ("x-request-id", "req-1"),
        ("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"),
    ];
    let answer = app.user(42).json(Method::POST, "/v1/messages", &traced, &json!({"text": "x"})).await;
    assert_eq!(answer.header("x-request-id"), "req-1");
    let (_event, envelope) = app.event(answer.event_position()).await;
    assert_eq!((envelope.actor.get(), envelope.correlation.as_str()), (42, "req-1"));
    assert_eq!(envelope.event_type, "rookery.message.posted.v1");
    assert_eq!(envelope.causation, envelope.command.to_string());
    assert!(before <= envelope.time && envelope.time <= time::OffsetDateTime::now_utc());
    let trace = envelope.trace_parent.expect("the trace goes on").0;
    assert!(trace.starts_with("00-4bf92f3577b34da6a3ce929d0e0e4736-") && trace.ends_with("-01"), "{trace}");
    assert!(!trace.contains("00f067aa0ba902b7"), "the span is our own");
}

#[tokio::test]
async fn without_a_request_id_the_event_carries_the_one_that_was_answered() {
    let app = App::start().await;
    let answer = app.user(42).post(&json!({"text": "x"})).await;
    let (_event, envelope) = app.event(answer.event_position()).await;
    assert_eq!(envelope.correlation.len(), 36);
    assert_eq!(envelope.correlation, answer.header("x-request-id"));
    assert!(envelope.trace_parent.is_some());
}

#[tokio::test]
async fn text_and_tags_are_stored_in_their_normal_form() {
    let app = App::start().await;
    let cases: [(Value, &str, &[&str]); 6] = [
        (json!({"text": "Cafe\u{301}"}), "Caf\u{e9}", &[]),
        (json!({"text": " kept  as it is\n"}), " kept  as it is\n", &[]),
        (json!({"text": "x", "tag": "  Early BIRDS "}), "x", &["early-birds"]),
        (json!({"text": "x", "tags": ["Ä", "a\u{308}", "b"]}), "x", &["ä", "b"]),
        (json!({"text": "x", "tags": []}), "x", &[]),
        (json!({"text": "x", "tag": null, "tags": null, "inReplyTo": null}), "x", &[]),
    ];
    for (body, text, expected) in cases {
        let answer = app.user(42).post(&body).await;
        let (event, _envelope) = app.event(answer.event_position()).await;
        let posted = posted(event);
        assert_eq!(posted.text.as_str(), text, "{body}");
        assert_eq!(tags(posted), expected, "{body}");
    }
}

#[tokio::test]
async fn what_just_fits_is_accepted() {
    let app = App::start().await;
    let eight: Vec<String> = (0..8).map(|number| format!("{number}").repeat(64)).collect();
    let mut padded = json!({"text": "x"}).to_string();
    padded.push_str(&" ".repeat(16 * 1024 - padded.len()));
    let user = app.user(42);
    for body in [
        json!({"text": "x".repeat(280)}),
        json!({"text": "\u{1f426}".repeat(280)}),
        json!({"text": "e\u{301}".repeat(280)}),
        json!({"text": "\u{1f426}".repeat(280), "tags": eight}),
    ] {
        assert_eq!(user.post(&body).await.status, 201, "{body}");
    }
    for content_type in ["application/json", "application/json; charset=UTF-8"] {
        let headers = [("content-type", content_type)];
        let answer = user.send(Method::POST, "/v1/messages", &headers, padded.clone()).await;
        assert_eq!(answer.status, 201, "{answer:?}");
    }
    assert_eq!(app.events().await, 6);
}

#[tokio::test]
async fn a_reply_names_a_message_that_the_log_knows() {
    let app = App::start().await;
    let user = app.user(42);
    let first = user.post(&json!({"text": "one"})).await;
    let edit = user.edit(&first.id(), "*", &json!({"text": "two"})).await;
    let reply = app.user(43).post(&json!({"text": "reply", "inReplyTo": first.id()})).await;
    let (event, _envelope) = app.event(reply.event_position()).await;
    assert_eq!(posted(event).in_reply_to.map(|id| id.to_string()), Some(first.id()));
    assert_eq!(app.events().await, 3);

    let (beyond, other_shard) = ((100 << 8).to_string(), ((1 << 8) + 1).to_string());
    for target in [edit.header("event-position"), &beyond, &other_shard, "255", "9223372036854775807"] {
        let answer = user.post(&json!({"text": "reply", "inReplyTo": target})).await;
        assert_eq!(answer.refusal(), refused(422, "ReplyTargetMustExist"), "{target}");
    }
    assert_eq!(app.events().await, 3);
}

#[tokio::test]
async fn a_reply_to_a_message_of_an_account_that_was_given_up_is_refused() {
    let app = App::start().await;
    let author = app.user(app.register("nightjar").await);
    let first = author.post(&json!({"text": "one"})).await.id();
    assert_eq!(author.remove("/v1/accounts/me").await.status, 204);
    let answer = app.user(42).post(&json!({"text": "reply", "inReplyTo": first})).await;
    assert_eq!(answer.refusal(), refused(422, "ReplyTargetMustExist"));
}
