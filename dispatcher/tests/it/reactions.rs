use domain::{Event, ReactionEvent};
use serde_json::json;

use crate::answer::refused;
use crate::app::{Api, App, Caller, log_config, quiet};

const KINDS: [&str; 3] = ["like", "repost", "bookmark"];

/// Which reaction, by whom, to what.
fn told(event: Event) -> (&'static str, i64, String) {
    let Event::Reaction(event) = event else { panic!("no reaction: {event:?}") };
    match event {
        ReactionEvent::Liked(event) => ("liked", event.account.get(), event.message.to_string()),
        ReactionEvent::Unliked(event) => ("unliked", event.account.get(), event.message.to_string()),
        ReactionEvent::Reposted(event) => ("reposted", event.account.get(), event.message.to_string()),
        ReactionEvent::Unreposted(event) => ("unreposted", event.account.get(), event.message.to_string()),
        ReactionEvent::Bookmarked(event) => ("bookmarked", event.account.get(), event.message.to_string()),
        ReactionEvent::Unbookmarked(event) => {
            ("unbookmarked", event.account.get(), event.message.to_string())
        }
    }
}

#[tokio::test]
async fn reactions_are_events_of_who_reacts() {
    let app = App::start().await;
    let id = app.user(42).post(&json!({"text": "one"})).await.id();
    // One's own messages may be liked, reposted and bookmarked as well.
    for account in [42, 43] {
        let user = app.user(account);
        for (kind, set, unset) in [
            ("like", "liked", "unliked"),
            ("repost", "reposted", "unreposted"),
            ("bookmark", "bookmarked", "unbookmarked"),
        ] {
            let address = format!("/v1/messages/{id}/{kind}");
            for (answer, name) in [(user.put(&address).await, set), (user.remove(&address).await, unset)] {
                assert_eq!((answer.status, answer.body.as_str()), (204, ""), "{name}");
                let (event, envelope) = app.any_event(answer.event_position()).await;
                assert_eq!(told(event), (name, account, id.clone()));
                assert_eq!(envelope.actor.get(), account);
            }
        }
    }
    assert_eq!(app.events().await, 13);
}

#[tokio::test]
async fn doing_it_again_at_once_appends_nothing() {
    let app = App::start().await;
    let (user, id) = (app.user(43), app.user(42).post(&json!({"text": "one"})).await.id());
    for kind in KINDS {
        let address = format!("/v1/messages/{id}/{kind}");
        let first = user.put(&address).await;
        let again = user.put(&address).await;
        assert_eq!((again.status, again.event_position()), (204, first.event_position()));
        let first = user.remove(&address).await;
        let again = user.remove(&address).await;
        assert_eq!((again.status, again.event_position()), (204, first.event_position()));
    }
    assert_eq!(app.events().await, 7);
    let nothing = app.user(44).remove(&format!("/v1/messages/{id}/like")).await;
    assert_eq!((nothing.status, nothing.event_position().to_string()), (204, id));
    assert_eq!(app.events().await, 7);
}

#[tokio::test]
async fn what_is_no_message_is_not_found() {
    let app = App::start().await;
    let user = app.user(42);
    let account = app.register("nightjar").await;
    let id = user.post(&json!({"text": "one"})).await.id();
    let edit = user.edit(&id, "*", &json!({"text": "two"})).await.event_position();
    let like = user.put(&format!("/v1/messages/{id}/like")).await.event_position();
    let (unknown, other_shard) = (100 << 8, (1 << 8) + 7);
    let events = app.events().await;
    for other in [edit, like, 256, 512, unknown, other_shard, 1, 255, 42, account, i64::MAX] {
        for kind in KINDS {
            let address = format!("/v1/messages/{other}/{kind}");
            for answer in [user.put(&address).await, user.remove(&address).await] {
                assert_eq!(answer.refusal(), refused(404, "MessageMustExist"), "{address}");
            }
        }
    }
    assert_eq!(app.events().await, events);
}

#[tokio::test]
async fn a_deleted_message_is_not_found_by_any_dispatcher() {
    let app = App::start().await;
    let other = Api::open(&log_config(&app.nats), &app.tokens.config(), quiet()).await;
    let (user, admin) = (app.user(42), app.caller(1, "admin"));
    for deleter in [&user, &admin] {
        let id = user.post(&json!({"text": "one"})).await.id();
        let like = format!("/v1/messages/{id}/like");
        assert_eq!(app.user(43).put(&like).await.status, 204, "this dispatcher knows that it stands");
        assert_eq!(deleter.delete(&id).await.status, 204);
        let events = app.events().await;
        for api in [&app.api, &other] {
            let stranger = Caller { api, authorization: app.user(44).authorization };
            for kind in KINDS {
                let answer = stranger.put(&format!("/v1/messages/{id}/{kind}")).await;
                assert_eq!(answer.refusal(), refused(404, "MessageMustExist"), "{kind}");
            }
            let answer = stranger.post(&json!({"text": "two", "inReplyTo": id})).await;
            assert_eq!(answer.refusal(), refused(422, "ReplyTargetMustExist"));
        }
        assert_eq!(app.events().await, events);
    }
}

#[tokio::test]
async fn a_crowd_likes_one_message_at_once() {
    let app = App::start().await;
    let id = app.user(42).post(&json!({"text": "one"})).await.id();
    let address = format!("/v1/messages/{id}/like");
    let users: Vec<_> = (100..200).map(|account| app.user(account)).collect();
    let answers = futures::future::join_all(users.iter().map(|user| user.put(&address))).await;
    assert!(answers.iter().all(|answer| answer.status == 204), "{answers:?}");
    assert_eq!(app.events().await, 101);
}
