use domain::{Event, InboxEvent};
use serde_json::json;

use crate::answer::refused;
use crate::app::App;

#[tokio::test]
async fn a_mark_is_an_event_of_the_reader() {
    let app = App::start().await;
    let user = app.user(42);
    let position = user.post(&json!({"text": "one"})).await.event_position();
    let answer = user.mark_read(&position.to_string()).await;
    assert_eq!((answer.status, answer.body.as_str()), (204, ""));
    let (event, envelope) = app.any_event(answer.event_position()).await;
    let Event::Inbox(InboxEvent::NotificationsRead(event)) = event else { panic!("{event:?}") };
    assert_eq!((event.account.get(), event.until.get(), envelope.actor.get()), (42, position, 42));
}

#[tokio::test]
async fn a_mark_never_goes_back() {
    let app = App::start().await;
    let user = app.user(42);
    for _ in 0..3 {
        user.post(&json!({"text": "x"})).await;
    }
    let first = user.mark_read("512").await;
    for until in ["512", "256"] {
        let again = user.mark_read(until).await;
        assert_eq!((again.status, again.event_position()), (204, first.event_position()), "{until}");
    }
    assert_eq!(app.events().await, 4);
    assert_eq!(user.mark_read("768").await.event_position(), 5 << 8);
}

#[tokio::test]
async fn what_is_yet_to_come_cannot_be_marked() {
    let app = App::start().await;
    let user = app.user(42);
    user.post(&json!({"text": "x"})).await;
    for until in ["512", "9223372036854775807", "257", "1"] {
        let answer = user.mark_read(until).await;
        assert_eq!(answer.refusal(), refused(422, "PositionMustBeReached"), "{until}");
    }
    assert_eq!(app.events().await, 1);
}

#[tokio::test]
async fn what_is_no_position_is_refused() {
    let app = App::start().await;
    let user = app.user(42);
    for until in ["", "0", "-1", "+1", "01", "1.0", "abc", "9223372036854775808", " 1"] {
        let answer = user.mark_read(until).await;
        assert_eq!(answer.refusal(), refused(400, "invalid-field"), "{until}");
        assert_eq!(answer.problem().errors[0].field, "until");
    }
    assert_eq!(app.events().await, 0);
}
