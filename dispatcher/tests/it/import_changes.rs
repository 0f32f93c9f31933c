//! Lines that change or take back what others brought: their place among the lines, their times, and on what they act.

use api_types::import::ImportOutcome::{Imported, Refused, Repeated};
use domain::{AccountEvent, Event, GraphEvent, MessageEvent, ReactionEvent};
use serde_json::{Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::app::App;
use crate::import_lines::{ndjson, outcomes};

fn account(handle: &str) -> Value {
    json!({"kind": "account", "handle": handle, "displayName": handle, "time": "2019-03-01T08:00:00Z"})
}

fn message(account: &str, key: &str) -> Value {
    json!({"kind": "message", "account": account, "text": "one", "key": key, "time": "2019-05-01T21:00:00Z"})
}

/// Who did something to a message, or to an account.
fn did(kind: &str, minute: u8, mut rest: Value) -> Value {
    rest["kind"] = json!(kind);
    rest["account"] = json!("@owl");
    rest["time"] = json!(format!("2019-05-01T22:{minute:02}:00Z"));
    rest
}

async fn events(app: &App) -> Vec<Event> {
    let mut events = Vec::new();
    for sequence in 1..=app.events().await as i64 {
        events.push(app.any_event(sequence << 8).await.0);
    }
    events
}

fn minute(time: Option<OffsetDateTime>) -> String {
    time.expect("it was imported").format(&Rfc3339).expect("it is a time")[11..16].to_owned()
}

#[tokio::test]
async fn changes_keep_their_place_and_their_original_times() {
    let app = App::start().await;
    let (mine, other) = (json!({"key": "m-1"}), json!({"key": "m-2"}));
    let lines = [
        account("owl"),
        account("nightjar"),
        message("@owl", "m-1"),
        message("@nightjar", "m-2"),
        did("follow", 1, json!({"followee": "@nightjar"})),
        did("unfollow", 2, json!({"followee": "@nightjar"})),
        did("like", 3, json!({"message": other})),
        did("unlike", 4, json!({"message": other})),
        did("repost", 5, json!({"message": other})),
        did("unrepost", 6, json!({"message": other})),
        did("bookmark", 7, json!({"message": other})),
        did("unbookmark", 8, json!({"message": other})),
        did("edit", 9, json!({"message": mine, "text": "two"})),
        did("edit", 10, json!({"message": mine, "tags": ["three"]})),
        did("delete", 11, json!({"message": mine})),
        did("deactivate", 12, json!({})),
    ];
    let answer = app.caller(7, "operator").import(ndjson(&lines)).await;
    let expected: Vec<_> = (1..=16).map(|line| (line, Imported, "")).collect();
    assert_eq!(outcomes(&answer.reports()), expected);
    let mut done = Vec::new();
    for event in events(&app).await.into_iter().skip(6) {
        done.push(match event {
            Event::Graph(GraphEvent::Followed(it)) => ("follow", minute(it.original_time)),
            Event::Graph(GraphEvent::Unfollowed(it)) => ("unfollow", minute(it.original_time)),
            Event::Reaction(it @ ReactionEvent::Unliked(_)) => {
                ("unlike", minute(it.reaction().original_time))
            }
            Event::Reaction(it @ ReactionEvent::Unreposted(_)) => {
                ("unrepost", minute(it.reaction().original_time))
            }
            Event::Reaction(it @ ReactionEvent::Unbookmarked(_)) => {
                ("unbookmark", minute(it.reaction().original_time))
            }
            Event::Reaction(it) => ("reaction", minute(it.reaction().original_time)),
            Event::Message(MessageEvent::Edited(it)) if it.edition == 2 => {
                assert_eq!((it.text.as_str(), it.tags.into_strings().len()), ("two", 0));
                ("edit", minute(it.original_time))
            }
            Event::Message(MessageEvent::Edited(it)) => {
                assert_eq!((it.edition, it.text.as_str()), (3, "two"));
                ("edit", minute(it.original_time))
            }
            Event::Message(MessageEvent::Deleted(it)) => {
                assert_eq!(it.deleted_by, it.author);
                ("delete", minute(it.original_time))
            }
            Event::Account(AccountEvent::Deactivated(it)) => ("deactivate", minute(it.original_time)),
            other => panic!("unexpected: {other:?}"),
        });
    }
    let order: Vec<_> = done.iter().map(|(kind, at)| (*kind, at.as_str())).collect();
    let expected = [
        ("follow", "22:01"),
        ("unfollow", "22:02"),
        ("reaction", "22:03"),
        ("unlike", "22:04"),
        ("reaction", "22:05"),
        ("unrepost", "22:06"),
        ("reaction", "22:07"),
        ("unbookmark", "22:08"),
        ("edit", "22:09"),
        ("edit", "22:10"),
        ("delete", "22:11"),
        ("deactivate", "22:12"),
    ];
    assert_eq!(order, expected);
}

#[tokio::test]
async fn what_has_a_key_is_changed_once() {
    let app = App::start().await;
    let with_key = |mut line: Value, key: &str| {
        line["key"] = json!(key);
        line
    };
    let lines = [
        with_key(account("owl"), "a-1"),
        message("@owl", "m-1"),
        with_key(did("edit", 1, json!({"message": {"key": "m-1"}, "text": "two"})), "e-1"),
        with_key(did("delete", 2, json!({"message": {"key": "m-1"}})), "d-1"),
        with_key(did("deactivate", 3, json!({})), "x-1"),
    ];
    let operator = app.caller(7, "operator");
    let first = operator.import(ndjson(&lines)).await.reports();
    assert!(first.iter().all(|report| report.outcome == Imported), "{first:?}");
    let events = app.events().await;
    let again = operator.import(ndjson(&lines)).await.reports();
    assert!(again.iter().all(|report| report.outcome == Repeated), "{again:?}");
    assert_eq!(app.events().await, events);
}

#[tokio::test]
async fn what_was_not_imported_is_its_owners_to_change() {
    let app = App::start().await;
    let owner = app.register("ada").await;
    let posted = app.user(owner).post(&json!({"text": "mine"})).await.json();
    let id = posted["id"].as_str().expect("an id");
    let by_owner = |kind: &str, rest: Value| {
        let mut line = did(kind, 1, rest);
        line["account"] = json!(owner.to_string());
        line["time"] = json!("2026-11-27T12:00:00Z");
        line
    };
    let events = app.events().await;
    let lines = [
        by_owner("edit", json!({"message": id, "text": "yours"})),
        by_owner("delete", json!({"message": id})),
        by_owner("deactivate", json!({})),
        by_owner("unlike", json!({"message": id})),
        by_owner("unfollow", json!({"followee": owner.to_string()})),
    ];
    let reports = app.caller(7, "operator").import(ndjson(&lines)).await.reports();
    let refused: Vec<_> = (1..=5).map(|line| (line, Refused, "not-imported")).collect();
    assert_eq!(outcomes(&reports), refused);
    assert_eq!(app.events().await, events);
}

#[tokio::test]
async fn only_its_author_changes_an_imported_message_and_not_before_it_was_written() {
    let app = App::start().await;
    let mut early = did("edit", 1, json!({"message": {"key": "m-1"}, "text": "two"}));
    early["time"] = json!("2019-05-01T20:59:59Z");
    let mut foreign = did("edit", 1, json!({"message": {"key": "m-1"}, "text": "two"}));
    foreign["account"] = json!("@nightjar");
    let lines = [
        account("owl"),
        account("nightjar"),
        message("@owl", "m-1"),
        early,
        foreign,
        did("edit", 1, json!({"message": {"key": "m-1"}})),
        did("delete", 1, json!({"message": "999999744"})),
    ];
    let reports = app.caller(7, "operator").import(ndjson(&lines)).await.reports();
    let outcomes = outcomes(&reports);
    let expected = [
        (4, Refused, "TimeMustNotBeBeforeMessage"),
        (5, Refused, "ActorMustBeAuthor"),
        (6, Refused, "invalid-field"),
        (7, Refused, "MessageMustExist"),
    ];
    assert_eq!(outcomes[3..], expected);
}
