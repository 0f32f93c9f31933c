use domain::MessageEvent;
use serde_json::json;

use crate::answer::refused;
use crate::app::App;

#[tokio::test]
async fn an_author_takes_a_message_back() {
    let app = App::start().await;
    let user = app.user(42);
    let id = user.post(&json!({"text": "one"})).await.id();
    let answer = user.delete(&id).await;
    assert_eq!((answer.status, answer.body.as_str()), (204, ""));
    let (event, envelope) = app.event(answer.event_position()).await;
    let MessageEvent::Deleted(deleted) = event else { panic!("no deletion: {event:?}") };
    assert_eq!((deleted.message.to_string(), deleted.author.get(), deleted.deleted_by.get()), (id, 42, 42));
    assert_eq!((envelope.actor.get(), envelope.event_type.as_str()), (42, "rookery.message.deleted.v1"));
}

#[tokio::test]
async fn an_admin_takes_any_message_back_and_the_event_says_who() {
    let app = App::start().await;
    let id = app.user(42).post(&json!({"text": "one"})).await.id();
    let answer = app.caller(1, "admin").delete(&id).await;
    assert_eq!(answer.status, 204);
    let (event, envelope) = app.event(answer.event_position()).await;
    let MessageEvent::Deleted(deleted) = event else { panic!("no deletion: {event:?}") };
    assert_eq!((deleted.author.get(), deleted.deleted_by.get(), envelope.actor.get()), (42, 1, 1));
}

#[tokio::test]
async fn nobody_else_does() {
    let app = App::start().await;
    let id = app.user(42).post(&json!({"text": "one"})).await.id();
    for other in [app.user(43), app.caller(44, "user,analyst,operator")] {
        assert_eq!(other.delete(&id).await.refusal(), refused(403, "ActorMustBeAuthor"));
    }
    assert_eq!(app.events().await, 1);
}

#[tokio::test]
async fn deleting_again_is_answered_alike_and_appends_nothing() {
    let app = App::start().await;
    let user = app.user(42);
    let id = user.post(&json!({"text": "one"})).await.id();
    let first = user.delete(&id).await;
    let again = user.delete(&id).await;
    assert_eq!((again.status, again.event_position()), (204, first.event_position()));
    assert_eq!(app.caller(1, "admin").delete(&id).await.status, 204);
    assert_eq!(app.user(43).delete(&id).await.refusal(), refused(403, "ActorMustBeAuthor"));
    assert_eq!(app.events().await, 2);
}
