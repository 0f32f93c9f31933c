use domain::{Event, GraphEvent};
use serde_json::json;

use crate::answer::refused;
use crate::app::App;

fn follow(id: i64) -> String {
    format!("/v1/accounts/{id}/follow")
}

#[tokio::test]
async fn a_follow_and_its_end_are_events_of_the_follower() {
    let app = App::start().await;
    let (me, other) = (app.register("me").await, app.register("other").await);
    let answer = app.user(me).put(&follow(other)).await;
    assert_eq!((answer.status, answer.body.as_str()), (204, ""));
    let (event, envelope) = app.any_event(answer.event_position()).await;
    let Event::Graph(GraphEvent::Followed(event)) = event else { panic!("{event:?}") };
    assert_eq!((event.follower.get(), event.followee.get(), envelope.actor.get()), (me, other, me));
    let answer = app.user(me).remove(&follow(other)).await;
    assert_eq!((answer.status, answer.body.as_str()), (204, ""));
    let (event, _) = app.any_event(answer.event_position()).await;
    let Event::Graph(GraphEvent::Unfollowed(event)) = event else { panic!("{event:?}") };
    assert_eq!((event.follower.get(), event.followee.get()), (me, other));
    assert_eq!(app.events().await, 6);
}

#[tokio::test]
async fn doing_it_again_at_once_appends_nothing() {
    let app = App::start().await;
    let (me, other) = (app.register("me").await, app.register("other").await);
    let user = app.user(me);
    let registered = app.events().await;
    let nothing = user.remove(&follow(other)).await;
    assert_eq!(
        (nothing.status, nothing.event_position()),
        (204, i64::try_from(registered).expect("small") << 8)
    );
    for _ in 0..2 {
        let first = user.put(&follow(other)).await;
        let again = user.put(&follow(other)).await;
        assert_eq!((again.status, again.event_position()), (204, first.event_position()));
        let first = user.remove(&follow(other)).await;
        let again = user.remove(&follow(other)).await;
        assert_eq!((again.status, again.event_position()), (204, first.event_position()));
    }
    assert_eq!(app.events().await, registered + 4);
}

/// The last event on an edge wins, so one too many does no harm.
#[tokio::test]
async fn it_may_be_done_again_after_something_else() {
    let app = App::start().await;
    let (me, a, b) = (app.register("me").await, app.register("a").await, app.register("b").await);
    let user = app.user(me);
    for other in [a, b, a] {
        assert_eq!(user.put(&follow(other)).await.status, 204);
    }
}

#[tokio::test]
async fn nobody_follows_themselves() {
    let app = App::start().await;
    let me = app.register("me").await;
    for account in [me, 42] {
        let user = app.user(account);
        for answer in [user.put(&follow(account)).await, user.remove(&follow(account)).await] {
            assert_eq!(answer.refusal(), refused(403, "AccountMustNotFollowItself"));
        }
    }
    assert_eq!(app.events().await, 2);
}

#[tokio::test]
async fn who_is_followed_has_registered() {
    let app = App::start().await;
    let user = app.user(42);
    let message = user.post(&json!({"text": "one"})).await.event_position();
    // 43 writes without having registered: there is no profile to follow.
    app.user(43).post(&json!({"text": "two"})).await;
    for id in [message, 43, 7, i64::MAX] {
        for answer in [user.put(&follow(id)).await, user.remove(&follow(id)).await] {
            assert_eq!(answer.refusal(), refused(404, "AccountMustExist"), "{id}");
        }
    }
    assert_eq!(app.events().await, 2);
}

#[tokio::test]
async fn an_account_can_be_followed_as_soon_as_it_is_there() {
    let app = App::start().await;
    let other = app.register("other").await;
    assert_eq!(app.user(42).put(&follow(other)).await.status, 204);
}
