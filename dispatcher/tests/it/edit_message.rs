use domain::MessageEvent;
use reqwest::Method;
use serde_json::json;

use crate::answer::refused;
use crate::app::{App, path};

#[tokio::test]
async fn an_edit_makes_the_next_edition() {
    let app = App::start().await;
    let user = app.user(42);
    let id = user.post(&json!({"text": "one", "tags": ["a", "b"]})).await.id();
    let answer = user.edit(&id, "\"1\"", &json!({"text": "two"})).await;
    assert_eq!((answer.status, answer.header("etag")), (200, "\"2\""));
    assert_eq!((answer.id(), answer.receipt().edition), (id.clone(), 2));
    let (event, envelope) = app.event(answer.event_position()).await;
    let MessageEvent::Edited(edited) = event else { panic!("no edit: {event:?}") };
    assert_eq!((edited.message.to_string(), edited.edition, edited.text.as_str()), (id.clone(), 2, "two"));
    assert_eq!(edited.tags.into_strings(), ["a", "b"], "what is absent stays as it was");
    assert_eq!((edited.author.get(), envelope.actor.get()), (42, 42));

    let answer = user.edit(&id, "\"2\"", &json!({"tags": []})).await;
    let (event, _envelope) = app.event(answer.event_position()).await;
    let MessageEvent::Edited(edited) = event else { panic!("no edit: {event:?}") };
    assert_eq!((edited.edition, edited.text.as_str(), edited.tags.as_slice()), (3, "two", &[][..]));
}

#[tokio::test]
async fn an_edit_needs_the_edition_that_was_read() {
    let app = App::start().await;
    let user = app.user(42);
    let id = user.post(&json!({"text": "one"})).await.id();
    assert_eq!(user.edit(&id, "*", &json!({"text": "two"})).await.status, 200);
    let body = json!({"text": "three"});
    let answer = user.json(Method::PATCH, &path(&id), &[], &body).await;
    assert_eq!(answer.refusal(), refused(428, "precondition-required"));
    for stale in ["\"1\"", "\"3\"", "\"0\"", "W/\"2\"", "\"1\", \"2\"", "\"x\"", "\"99999999999\""] {
        let answer = user.edit(&id, stale, &body).await;
        assert_eq!(answer.refusal(), refused(412, "EditionMustMatch"), "{stale}");
    }
    for malformed in ["2", "\"2", "\"2\" \"3\""] {
        let answer = user.edit(&id, malformed, &body).await;
        assert_eq!(answer.refusal(), refused(400, "invalid-header"), "{malformed}");
    }
    assert_eq!(app.events().await, 2);
}

#[tokio::test]
async fn an_edit_that_changes_nothing_makes_no_edition() {
    let app = App::start().await;
    let user = app.user(42);
    let posted = user.post(&json!({"text": "caf\u{e9}", "tag": "a"})).await;
    for same in [json!({"text": "cafe\u{301}"}), json!({"tag": " A "}), json!({"tags": ["a", "a"]})] {
        let answer = user.edit(&posted.id(), "\"1\"", &same).await;
        assert_eq!((answer.status, answer.header("etag")), (200, "\"1\""), "{same}");
        assert_eq!(answer.receipt(), posted.receipt());
        assert_eq!(answer.event_position(), posted.event_position());
    }
    assert_eq!(app.events().await, 1);
}

#[tokio::test]
async fn only_the_author_edits() {
    let app = App::start().await;
    let id = app.user(42).post(&json!({"text": "one"})).await.id();
    for other in [app.user(43), app.caller(1, "user,admin")] {
        let answer = other.edit(&id, "*", &json!({"text": "two"})).await;
        assert_eq!(answer.refusal(), refused(403, "ActorMustBeAuthor"));
        // Whose message it is comes before which edition it has.
        let answer = other.edit(&id, "\"7\"", &json!({"text": "two"})).await;
        assert_eq!(answer.refusal(), refused(403, "ActorMustBeAuthor"));
    }
    assert_eq!(app.events().await, 1);
}

#[tokio::test]
async fn a_deleted_message_cannot_be_edited() {
    let app = App::start().await;
    let user = app.user(42);
    let id = user.post(&json!({"text": "one"})).await.id();
    assert_eq!(user.delete(&id).await.status, 204);
    for caller in [app.user(42), app.user(43)] {
        let answer = caller.edit(&id, "*", &json!({"text": "two"})).await;
        assert_eq!(answer.refusal(), refused(404, "MessageMustExist"));
    }
    assert_eq!(app.events().await, 2);
}

#[tokio::test]
async fn an_edit_has_to_say_what_changes() {
    let app = App::start().await;
    let user = app.user(42);
    let id = user.post(&json!({"text": "one"})).await.id();
    let empty = [json!({}), json!({"text": null}), json!({"text": null, "tag": null, "tags": null})];
    for body in empty.into_iter().chain([json!({"tag": "a", "tags": ["b"]})]) {
        let answer = user.edit(&id, "*", &body).await;
        assert_eq!(answer.refusal(), refused(400, "invalid-field"), "{body}");
    }
    let reply = user.edit(&id, "*", &json!({"text": "two", "inReplyTo": id})).await;
    assert_eq!(reply.refusal(), refused(400, "unknown-field"), "what a message answers never changes");
    assert_eq!(app.events().await, 1);
}

#[tokio::test]
async fn of_edits_on_one_edition_one_wins() {
    let app = App::start().await;
    let user = app.user(42);
    let id = user.post(&json!({"text": "start"})).await.id();
    let bodies: Vec<_> = (0..8).map(|number| json!({"text": format!("edit {number}")})).collect();
    let edits = bodies.iter().map(|body| user.edit(&id, "\"1\"", body));
    let answers = futures::future::join_all(edits).await;
    let won = answers.iter().filter(|answer| answer.status == 200).count();
    assert_eq!(won, 1);
    for lost in answers.iter().filter(|answer| answer.status != 200) {
        assert_eq!(lost.refusal(), refused(412, "EditionMustMatch"));
    }
    assert_eq!(app.events().await, 2);
}
