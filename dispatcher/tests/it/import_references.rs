//! What lines of an import say of each other.

use api_types::import::ImportOutcome::{Imported, Refused, Repeated};
use domain::MessageEvent;
use serde_json::{Value, json};

use crate::app::App;
use crate::import_lines::{ndjson, outcomes};

const TIME: &str = "2019-05-01T21:00:00Z";

fn message(key: &str, in_reply_to: Option<&str>) -> Value {
    let mut line = json!({"kind": "message", "account": "42", "text": "x", "time": TIME, "key": key});
    if let Some(parent) = in_reply_to {
        line["inReplyTo"] = json!({"key": parent});
    }
    line
}

fn account(key: &str, handle: &str) -> Value {
    json!({"kind": "account", "handle": handle, "displayName": "x", "time": TIME, "key": key})
}

/// Far more lines than are carried out at once, each of which waits for the one before.
#[tokio::test]
async fn a_long_chain_of_replies_is_imported_in_its_order() {
    const REPLIES: usize = 500;
    let app = App::start().await;
    let lines: Vec<Value> = (0..REPLIES)
        .map(|number| {
            message(&number.to_string(), number.checked_sub(1).map(|before| before.to_string()).as_deref())
        })
        .collect();
    let reports = app.caller(7, "operator").import(ndjson(&lines)).await.reports();
    assert!(reports.iter().all(|report| report.outcome == Imported), "{reports:#?}");
    for pair in reports.windows(2).step_by(100) {
        let [parent, reply] = [&pair[0], &pair[1]].map(|report| report.id.clone().expect("it was imported"));
        let (event, _) = app.event(reply.parse().expect("it is a number")).await;
        let MessageEvent::Posted(posted) = event else { panic!("no post: {event:?}") };
        assert_eq!(posted.in_reply_to.map(|id| id.to_string()), Some(parent));
    }
}

#[tokio::test]
async fn a_line_refers_to_earlier_lines_that_were_imported() {
    let app = App::start().await;
    let mut bad = message("bad", None);
    bad["text"] = json!("");
    let mut too_old = message("old", None);
    too_old["time"] = json!("1969-01-01T00:00:00Z");
    let lines = [
        message("1", Some("2")),
        message("2", None),
        message("3", Some("3")),
        bad,
        message("5", Some("bad")),
        too_old,
        message("7", Some("old")),
        account("a", "owl"),
        message("9", Some("a")),
        message("10", Some("1")),
        message("11", Some("2")),
    ];
    let answer = app.caller(7, "operator").import(ndjson(&lines)).await;
    let reports = answer.reports();
    let unknown = "unknown-reference";
    let expected = [
        (1, Refused, unknown),
        (2, Imported, ""),
        (3, Refused, unknown),
        (4, Refused, "TextMustNotBeEmpty"),
        (5, Refused, unknown),
        (6, Refused, "TimeMustBePlausible"),
        (7, Refused, unknown),
        (8, Imported, ""),
        (9, Refused, unknown),
        (10, Refused, unknown),
        (11, Imported, ""),
    ];
    assert_eq!(outcomes(&reports), expected);
    let detail = |line: usize| reports[line - 1].detail.as_deref().expect("a refusal says why");
    assert_eq!(
        detail(1),
        "inReplyTo: no line before this one that could be read brought a message with the key"
    );
    assert_eq!(detail(7), "inReplyTo: line 6 was refused, or is not a message");
}

#[tokio::test]
async fn a_line_refers_to_what_the_caller_imported_before() {
    let app = App::start().await;
    let operator = app.caller(7, "operator");
    let first = operator.import(ndjson(&[message("m", None), account("a", "owl")])).await.reports();
    let lines = [message("1", Some("m")), message("2", Some("a")), message("3", Some("x"))];
    let answer = operator.import(ndjson(&lines)).await;
    let unknown = "unknown-reference";
    let expected = [(1, Imported, ""), (2, Refused, unknown), (3, Refused, unknown)];
    assert_eq!(outcomes(&answer.reports()), expected);
    let (event, _) = app.event(answer.event_position()).await;
    let MessageEvent::Posted(posted) = event else { panic!("no post: {event:?}") };
    assert_eq!(posted.in_reply_to.map(|id| id.to_string()), first[0].id);
    let other = app.caller(8, "operator").import(ndjson(&[message("1", Some("m"))])).await;
    assert_eq!(outcomes(&other.reports()), [(1, Refused, unknown)], "keys belong to their caller");
}

#[tokio::test]
async fn a_repeated_line_stands_for_what_it_had_imported() {
    let app = App::start().await;
    let operator = app.caller(7, "operator");
    let first = operator.import(ndjson(&[account("a", "owl"), message("m", None)])).await.reports();
    let mut by_owl = message("n", Some("m"));
    by_owl["account"] = json!("@OWL");
    let lines = [account("a", "owl"), message("m", None), by_owl];
    let answer = operator.import(ndjson(&lines)).await;
    assert_eq!(outcomes(&answer.reports()), [(1, Repeated, ""), (2, Repeated, ""), (3, Imported, "")]);
    let (event, _) = app.event(answer.event_position()).await;
    let MessageEvent::Posted(posted) = event else { panic!("no post: {event:?}") };
    assert_eq!(Some(posted.author.to_string()), first[0].id);
    assert_eq!(posted.in_reply_to.map(|id| id.to_string()), first[1].id);
}

#[tokio::test]
async fn of_lines_with_one_name_the_first_that_can_has_it() {
    let app = App::start().await;
    let mut too_old = message("m", None);
    too_old["time"] = json!("1969-01-01T00:00:00Z");
    let mut other = message("m", None);
    other["text"] = json!("other");
    let mut by_owl = message("n", Some("m"));
    by_owl["account"] = json!("@owl");
    let lines = [
        too_old,
        message("m", None),
        message("m", None),
        other,
        account("a", "owl"),
        account("a", "owl"),
        account("b", "owl"),
        by_owl,
    ];
    let answer = app.caller(7, "operator").import(ndjson(&lines)).await;
    let reports = answer.reports();
    let expected = [
        (1, Refused, "TimeMustBePlausible"),
        (2, Imported, ""),
        (3, Repeated, ""),
        (4, Refused, "idempotency-key-reused"),
        (5, Imported, ""),
        (6, Repeated, ""),
        (7, Refused, "HandleMustBeFree"),
        (8, Imported, ""),
    ];
    assert_eq!(outcomes(&reports), expected);
    let (event, _) = app.event(answer.event_position()).await;
    let MessageEvent::Posted(posted) = event else { panic!("no post: {event:?}") };
    assert_eq!(Some(posted.author.to_string()), reports[4].id);
    assert_eq!(posted.in_reply_to.map(|id| id.to_string()), reports[1].id);
}

/// Whatever is wrong with a line: what others say of its key or its handle is not about somebody else's.
#[tokio::test]
async fn a_line_that_cannot_be_read_is_not_taken_for_an_older_one_of_its_name() {
    let app = App::start().await;
    app.register("victim").await;
    let operator = app.caller(7, "operator");
    let imported = operator.import(ndjson(&[message("k", None)])).await.reports();
    assert_eq!(imported[0].outcome, Imported);
    let events = app.events().await;
    let theirs = json!({"kind": "message", "account": "@victim", "text": "not mine", "time": TIME});
    let mut unknown_field = account("a", "victim");
    unknown_field["email"] = json!("x@y");
    let mut no_day = account("a", "victim");
    no_day["time"] = json!("2019-02-29T00:00:00Z");
    let mut long_name = account("a", "victim");
    long_name["displayName"] = json!("x".repeat(51));
    let mut no_kind = account("a", "victim");
    no_kind["kind"] = json!("acount");
    for bad in [unknown_field, no_day, long_name, no_kind, account(&"k".repeat(256), "victim")] {
        let reports = operator.import(ndjson(&[bad.clone(), theirs.clone()])).await.reports();
        assert!(reports.iter().all(|report| report.outcome == Refused), "{bad}: {reports:#?}");
    }
    let broken = format!("{{\"kind\":\"account\",\"handle\":\"victim\n{theirs}");
    let reports = operator.import(broken).await.reports();
    assert!(reports.iter().all(|report| report.outcome == Refused), "{reports:#?}");
    let mut long_text = message("k", None);
    long_text["text"] = json!("x".repeat(281));
    let reports = operator.import(ndjson(&[long_text, message("r", Some("k"))])).await.reports();
    assert!(reports.iter().all(|report| report.outcome == Refused), "{reports:#?}");
    assert_eq!(app.events().await, events, "nothing came of them");
}

/// A name may mean another account by then, or none.
#[tokio::test]
async fn a_line_that_was_imported_is_repeated_whatever_its_names_mean_by_now() {
    let app = App::start().await;
    let me = app.register("wren").await;
    let line = json!({"kind": "message", "account": "@wren", "text": "x", "time": TIME, "key": "m"});
    let like = json!({"kind": "like", "account": "@wren", "message": {"key": "m"}, "time": TIME, "key": "l"});
    let operator = app.caller(7, "operator");
    let lines = ndjson(&[line, like]);
    let first = operator.import(lines.clone()).await.reports();
    assert_eq!(first[1].outcome, Imported, "{first:#?}");
    assert_eq!(app.user(me).change_profile(&json!({"handle": "wren2"})).await.status, 200);
    let again = operator.import(lines).await.reports();
    assert!(again.iter().all(|report| report.outcome == Repeated), "{again:#?}");
    assert_eq!(again[0].id, first[0].id);
}
