use domain::{AccountEvent, Event, HandleEvent};
use serde_json::json;

use crate::answer::refused;
use crate::app::App;

#[tokio::test]
async fn a_change_answers_and_records_the_whole_profile() {
    let app = App::start().await;
    let id = app.register("nightjar").await;
    let user = app.user(id);
    let answer = user.change_profile(&json!({"displayName": " Jar ", "bio": "By\nnight."})).await;
    let expected =
        json!({"id": id.to_string(), "handle": "nightjar", "displayName": "Jar", "bio": "By\nnight."});
    assert_eq!((answer.status, answer.json()), (200, expected));
    let (event, envelope) = app.any_event(answer.event_position()).await;
    let Event::Account(AccountEvent::ProfileChanged(changed)) = event else { panic!("no change: {event:?}") };
    assert_eq!((changed.account.get(), envelope.actor.get()), (id, id));
    assert_eq!((changed.handle.as_str(), changed.display_name.as_str()), ("nightjar", "Jar"));
    assert_eq!(changed.bio.as_str(), "By\nnight.");
    assert_eq!(app.events().await, 3);
}

#[tokio::test]
async fn a_change_that_changes_nothing_appends_nothing() {
    let app = App::start().await;
    let user = app.user(app.register("nightjar").await);
    let first = user.change_profile(&json!({"bio": "x"})).await;
    for same in [json!({"bio": "x"}), json!({"handle": "NIGHTJAR"}), json!({"displayName": "nightjar "})] {
        let answer = user.change_profile(&same).await;
        assert_eq!((answer.status, answer.json()), (200, first.json()), "{same}");
        assert_eq!(answer.event_position(), first.event_position(), "{same}");
    }
    assert_eq!(app.events().await, 3);
}

#[tokio::test]
async fn a_new_handle_is_claimed_and_the_old_one_released_at_once() {
    let app = App::start().await;
    let id = app.register("nightjar").await;
    let answer = app.user(id).change_profile(&json!({"handle": "Owl"})).await;
    assert_eq!(answer.json()["handle"], "owl");
    let (released, _) = app.any_event(answer.event_position() - (2 << 8)).await;
    let Event::Handle(HandleEvent::Released(released)) = released else { panic!("{released:?}") };
    let (claimed, _) = app.any_event(answer.event_position() - (1 << 8)).await;
    let Event::Handle(HandleEvent::Claimed(claimed)) = claimed else { panic!("{claimed:?}") };
    assert_eq!((released.handle.as_str(), released.account.get()), ("nightjar", id));
    assert_eq!((claimed.handle.as_str(), claimed.account.get()), ("owl", id));
    assert_eq!(app.events().await, 5);
}

#[tokio::test]
async fn handles_are_swapped_and_used_again() {
    let app = App::start().await;
    let (one, two) = (app.register("one").await, app.register("two").await);
    let take =
        async |account: i64, handle: &str| app.user(account).change_profile(&json!({"handle": handle})).await;
    assert_eq!(take(one, "two").await.refusal(), refused(409, "HandleMustBeFree"));
    for (account, handle) in [(one, "spare"), (two, "one"), (one, "two"), (one, "spare"), (one, "two")] {
        assert_eq!(take(account, handle).await.json()["handle"], handle);
    }
    assert_eq!(take(two, "two").await.refusal(), refused(409, "HandleMustBeFree"));
    let third = app.register("spare").await;
    assert_eq!(take(two, "spare").await.refusal(), refused(409, "HandleMustBeFree"));
    assert_eq!(take(third, "four").await.status, 200);
    assert_eq!(take(two, "spare").await.status, 200);
}

/// A claim that came in between shows as a conflict, and the second decision sees it.
#[tokio::test]
async fn of_many_who_want_a_free_handle_at_once_one_gets_it() {
    let app = App::start().await;
    let mut accounts = Vec::new();
    for number in 0..10 {
        accounts.push(app.register(&format!("bird_{number}")).await);
    }
    let before = app.events().await;
    let wanted = json!({"handle": "nightjar"});
    let users: Vec<_> = accounts.iter().map(|account| app.user(*account)).collect();
    let answers = futures::future::join_all(users.iter().map(|user| user.change_profile(&wanted))).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
    for answer in answers.iter().filter(|answer| answer.status != 200) {
        assert_eq!(answer.refusal(), refused(409, "HandleMustBeFree"));
    }
    assert_eq!(app.events().await, before + 3);
}

#[tokio::test]
async fn changes_at_once_are_all_kept() {
    let app = App::start().await;
    let user = app.user(app.register("nightjar").await);
    let bodies: Vec<_> = (0..20).map(|number| json!({"bio": number.to_string()})).collect();
    let answers = futures::future::join_all(bodies.iter().map(|body| user.change_profile(body))).await;
    assert!(answers.iter().all(|answer| answer.status == 200), "{answers:?}");
    assert_eq!(app.events().await, 22);
}

#[tokio::test]
async fn an_account_that_never_registered_has_no_profile_to_change() {
    let app = App::start().await;
    let answer = app.user(42).change_profile(&json!({"bio": "x"})).await;
    assert_eq!(answer.refusal(), refused(404, "AccountMustExist"));
    assert_eq!(app.events().await, 0);
}
