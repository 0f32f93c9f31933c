use domain::{Event, GraphEvent};
use serde_json::json;

use crate::answer::refused;
use crate::app::{Api, App, log_config, quiet};

fn of(id: i64, what: &str) -> String {
    format!("/v1/accounts/{id}/{what}")
}

#[tokio::test]
async fn a_block_and_its_end_are_events_of_the_blocker() {
    let app = App::start().await;
    let (me, other) = (app.register("me").await, app.register("other").await);
    let user = app.user(me);
    let before = app.events().await;
    for _ in 0..2 {
        let first = user.put(&of(other, "block")).await;
        assert_eq!((first.status, first.body.as_str()), (204, ""));
        let (event, envelope) = app.any_event(first.event_position()).await;
        let Event::Graph(GraphEvent::Blocked(event)) = event else { panic!("{event:?}") };
        assert_eq!((event.blocker.get(), event.blocked.get(), envelope.actor.get()), (me, other, me));
        // Known exactly, whatever came in between.
        user.put(&of(other, "mute")).await;
        assert_eq!(user.put(&of(other, "block")).await.event_position(), first.event_position());
        let end = user.remove(&of(other, "block")).await;
        assert!(matches!(
            app.any_event(end.event_position()).await.0,
            Event::Graph(GraphEvent::Unblocked(_))
        ));
        assert_eq!(user.remove(&of(other, "block")).await.event_position(), end.event_position());
        user.remove(&of(other, "mute")).await;
    }
    assert_eq!(app.events().await, before + 8);
}

#[tokio::test]
async fn between_blocked_accounts_there_are_no_follows_replies_and_reactions() {
    let app = App::start().await;
    let (me, other) = (app.register("me").await, app.register("other").await);
    let (user, them) = (app.user(me), app.user(other));
    let mine = user.post(&json!({"text": "mine"})).await.json()["id"].as_str().expect("an id").to_owned();
    let theirs = them.post(&json!({"text": "theirs"})).await.json()["id"].as_str().expect("an id").to_owned();
    // Before: all of it, remembered for a while.
    assert_eq!(them.put(&of(me, "follow")).await.status, 204);
    assert_eq!(them.put(&format!("/v1/messages/{mine}/like")).await.status, 204);
    user.put(&of(other, "block")).await;
    let before = app.events().await;
    let blocked = refused(403, "AccountMustNotBeBlocked");
    for (caller, account, message) in [(&them, me, &mine), (&user, other, &theirs)] {
        assert_eq!(caller.put(&of(account, "follow")).await.refusal(), blocked);
        for reaction in ["like", "repost", "bookmark"] {
            let answer = caller.put(&format!("/v1/messages/{message}/{reaction}")).await;
            assert_eq!(answer.refusal(), blocked, "{reaction}");
        }
        let reply = caller.post(&json!({"text": "a word", "inReplyTo": message})).await;
        assert_eq!(reply.refusal(), blocked);
    }
    assert_eq!(app.events().await, before);
    // What was done before can be taken back.
    assert_eq!(them.remove(&format!("/v1/messages/{mine}/like")).await.status, 204);
    assert_eq!(them.remove(&of(me, "follow")).await.status, 204);
}

/// The block ended the follow, although the follower's last word was to follow.
#[tokio::test]
async fn who_is_not_blocked_any_more_can_follow_again() {
    let app = App::start().await;
    let (me, other) = (app.register("me").await, app.register("other").await);
    let (user, them) = (app.user(me), app.user(other));
    let first = them.put(&of(me, "follow")).await;
    user.put(&of(other, "block")).await;
    user.remove(&of(other, "block")).await;
    let again = them.put(&of(me, "follow")).await;
    assert_eq!(again.status, 204);
    assert!(again.event_position() > first.event_position(), "the follow is gone, so this is another one");
    assert_eq!(them.put(&of(me, "follow")).await.event_position(), again.event_position());
}

#[tokio::test]
async fn another_dispatcher_knows_a_block_from_the_log() {
    let app = App::start().await;
    let (me, other) = (app.register("me").await, app.register("other").await);
    app.user(me).put(&of(other, "block")).await;
    let second = Api::open(&log_config(&app.nats), &app.tokens.config(), quiet()).await;
    let authorization = app.tokens.of(other, "user");
    let answer =
        second.send(reqwest::Method::PUT, &of(me, "follow"), &[("authorization", &authorization)], "").await;
    assert_eq!(answer.refusal(), refused(403, "AccountMustNotBeBlocked"));
}

#[tokio::test]
async fn nobody_blocks_themselves_or_somebody_who_is_not_there() {
    let app = App::start().await;
    let me = app.register("me").await;
    let user = app.user(me);
    for (what, own) in [("block", "AccountMustNotBlockItself"), ("mute", "AccountMustNotMuteItself")] {
        assert_eq!(user.put(&of(me, what)).await.refusal(), refused(403, own));
        assert_eq!(user.remove(&of(me, what)).await.refusal(), refused(403, own));
        assert_eq!(user.put(&of(7, what)).await.refusal(), refused(404, "AccountMustExist"));
        assert_eq!(user.put("/v1/accounts/x/block").await.status, 400);
    }
    assert_eq!(app.events().await, 2);
}
