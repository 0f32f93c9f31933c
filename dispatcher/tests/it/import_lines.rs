use api_types::import::{ImportKind, ImportOutcome, ImportReport};
use domain::MessageEvent;
use reqwest::Method;
use serde_json::{Value, json};
use time::format_description::well_known::Rfc3339;
use time::{Duration, OffsetDateTime};

use crate::answer::refused;
use crate::app::App;

fn line(text: &str, time: &str) -> Value {
    json!({"kind": "message", "text": text, "tags": ["old"], "account": "42", "time": time})
}

fn keyed(text: &str, key: &str) -> Value {
    let mut line = line(text, "2020-02-29T12:00:00Z");
    line["key"] = json!(key);
    line
}

pub(crate) fn ndjson(lines: &[Value]) -> String {
    lines.iter().map(|line| format!("{line}\n")).collect()
}

/// Outcome and code of each line.
pub(crate) fn outcomes(reports: &[ImportReport]) -> Vec<(u64, ImportOutcome, &str)> {
    let show = |report: &ImportReport| (report.line, report.outcome);
    reports
        .iter()
        .map(|report| {
            let has_id = matches!(report.kind, Some(ImportKind::Account | ImportKind::Message));
            let has_id = has_id && report.outcome != ImportOutcome::Refused;
            assert_eq!(report.id.is_some(), has_id, "{report:?}");
            assert_eq!(report.detail.is_some(), report.code.is_some(), "{report:?}");
            let (line, outcome) = show(report);
            (line, outcome, report.code.as_deref().unwrap_or_default())
        })
        .collect()
}

#[tokio::test]
async fn a_line_becomes_a_message_of_its_account_with_its_original_time() {
    let app = App::start().await;
    let answer =
        app.caller(7, "operator").import(ndjson(&[line("Caf\u{e9}", "2009-02-13T23:31:30.5+01:00")])).await;
    let reports = answer.reports();
    assert_eq!(outcomes(&reports), [(1, ImportOutcome::Imported, "")]);
    assert_eq!(reports[0].id.as_deref(), Some(answer.header("event-position")));
    let (event, envelope) = app.event(answer.event_position()).await;
    let MessageEvent::Posted(posted) = event else { panic!("no post: {event:?}") };
    assert_eq!((posted.author.get(), posted.text.as_str()), (42, "Caf\u{e9}"));
    assert_eq!(posted.tags.into_strings(), ["old"]);
    let original = posted.original_time.expect("it was imported").format(&Rfc3339).expect("it is a time");
    assert_eq!(original, "2009-02-13T22:31:30.5Z");
    assert_eq!((envelope.actor.get(), envelope.correlation.as_str()), (7, answer.header("x-request-id")));
}

#[tokio::test]
async fn operators_and_admins_import_and_nobody_else() {
    let app = App::start().await;
    let body = ndjson(&[line("x", "2020-01-01T00:00:00Z")]);
    for roles in ["", "user", "analyst", "user,analyst"] {
        let answer = app.caller(7, roles).import(body.clone()).await;
        assert_eq!(answer.refusal(), refused(403, "role-required"), "{roles}");
    }
    assert_eq!(app.events().await, 0);
    for roles in ["operator", "admin"] {
        assert_eq!(app.caller(7, roles).import(body.clone()).await.status, 200, "{roles}");
    }
    assert_eq!(app.events().await, 2);
}

#[tokio::test]
async fn a_bad_line_stops_no_other() {
    let app = App::start().await;
    let good = line("good", "2020-01-01T00:00:00Z").to_string();
    let change = |name: &str, value: Value| {
        let mut line = line("x", "2020-01-01T00:00:00Z");
        line[name] = value;
        line.to_string()
    };
    let bad = [
        (r#"{"text":"#.to_owned(), "malformed-json"),
        ("[]".to_owned(), "malformed-json"),
        (r#"["x",[],"42","2020-01-01T00:00:00Z"]"#.to_owned(), "malformed-json"),
        (r#"{"kind":"message","text":"\ud800"}"#.to_owned(), "malformed-json"),
        (change("kind", json!("like")), "unknown-field"),
        (change("kind", json!("deletion")), "invalid-field"),
        (change("inReplyTo", json!(256)), "invalid-field"),
        (change("inReplyTo", json!("0256")), "invalid-field"),
        (change("inReplyTo", json!({"key": "a", "line": 1})), "unknown-field"),
        (change("inReplyTo", json!({"key": 1})), "invalid-field"),
        (change("inReplyTo", json!(["a"])), "invalid-field"),
        (change("inReplyTo", json!({"key": "a"})), "unknown-reference"),
        (change("inReplyTo", json!("256000000")), "ReplyTargetMustExist"),
        (change("account", json!("@night jar")), "HandleMustBeWellFormed"),
        // A line before it could not be read, and may have been about this one.
        (change("account", json!("@nobody")), "unknown-reference"),
        (format!("{good}{good}"), "malformed-json"),
        ("{}".to_owned(), "invalid-field"),
        (change("author", json!("1")), "unknown-field"),
        (change("text", json!(" ")), "TextMustNotBeEmpty"),
        (change("text", json!("x".repeat(281))), "TextMustNotBeTooLong"),
        (change("tags", json!(["a.b"])), "TagMustNotContainReservedCharacters"),
        (change("tags", json!(null)), "invalid-field"),
        (change("account", json!("0")), "invalid-field"),
        (change("account", json!("042")), "invalid-field"),
        (change("account", json!(42)), "invalid-field"),
        (change("time", json!("yesterday")), "invalid-field"),
        (change("time", json!("2020-01-01")), "invalid-field"),
        (change("time", json!("2020-01-01T00:00:00")), "invalid-field"),
        (change("time", json!("2026-13-01T00:00:00Z")), "invalid-field"),
        (change("key", json!("")), "idempotency-key-invalid"),
        (change("key", json!("\u{1f511}".repeat(256))), "idempotency-key-invalid"),
    ];
    let body: String = bad.iter().map(|(bad, _code)| format!("{bad}\r\n{good}\n")).collect();
    let answer = app.caller(7, "operator").import(body).await;
    let reports = answer.reports();
    let mut expected = Vec::new();
    for (number, (_bad, code)) in bad.iter().enumerate() {
        let number = 2 * number as u64 + 1;
        expected.push((number, ImportOutcome::Refused, *code));
        expected.push((number + 1, ImportOutcome::Imported, ""));
    }
    assert_eq!(outcomes(&reports), expected);
    assert!(!answer.body.contains("yesterday"), "a report does not repeat what was sent: {}", answer.body);
    assert_eq!(app.events().await, bad.len() as u64);
    assert_eq!(answer.event_position(), (bad.len() as i64) << 8, "the last event's");
}

#[tokio::test]
async fn times_lie_between_1970_and_now() {
    let app = App::start().await;
    let in_minutes = |minutes| {
        let time = OffsetDateTime::now_utc() + Duration::minutes(minutes);
        time.format(&Rfc3339).expect("it is a time")
    };
    let (future, soon) = (in_minutes(10), in_minutes(1));
    let times = ["1969-12-31T23:59:59.999Z", "0000-01-01T00:00:00Z", "9999-12-31T23:59:59-23:59", &future];
    let times = times.into_iter().chain(["1970-01-01T00:00:00Z", "1969-12-31T23:00:00-01:00", &soon]);
    let body: Vec<Value> = times.map(|time| line("x", time)).collect();
    let answer = app.caller(7, "operator").import(ndjson(&body)).await;
    let reports = answer.reports();
    let seen: Vec<_> = outcomes(&reports).into_iter().map(|(_line, _outcome, code)| code).collect();
    assert_eq!(seen, [&["TimeMustBePlausible"; 4][..], &[""; 3][..]].concat());
    assert_eq!(app.events().await, 3);
}

#[tokio::test]
async fn a_line_with_a_key_is_imported_once() {
    let app = App::start().await;
    let operator = app.caller(7, "operator");
    let body = ndjson(&[keyed("one", "a"), keyed("two", "b")]);
    let first = operator.import(body.clone()).await;
    let again = operator.import(body + &ndjson(&[keyed("three", "c"), keyed("other", "a")])).await;
    let reports = again.reports();
    let expected = [
        (1, ImportOutcome::Repeated, ""),
        (2, ImportOutcome::Repeated, ""),
        (3, ImportOutcome::Imported, ""),
        (4, ImportOutcome::Refused, "idempotency-key-reused"),
    ];
    assert_eq!(outcomes(&reports), expected);
    let ids = |reports: &[ImportReport]| reports.iter().map(|one| one.id.clone()).collect::<Vec<_>>();
    assert_eq!(ids(&reports[..2]), ids(&first.reports()));
    assert_eq!((app.events().await, again.event_position()), (3, 3 << 8));
}

#[tokio::test]
async fn a_key_twice_in_one_request_is_one_message() {
    let app = App::start().await;
    let longest = keyed("x", &"\u{1f511}".repeat(255));
    let reports = app.caller(7, "operator").import(ndjson(&[longest.clone(), longest])).await.reports();
    assert_eq!(outcomes(&reports), [(1, ImportOutcome::Imported, ""), (2, ImportOutcome::Repeated, "")]);
    assert_eq!(reports[0].id, reports[1].id);
    assert_eq!(app.events().await, 1);
}

#[tokio::test]
async fn keys_of_lines_and_of_requests_never_meet() {
    let app = App::start().await;
    let admin = app.caller(7, "admin");
    for key in ["import:a", "import a", "a"] {
        let headers = [("idempotency-key", key)];
        let post = admin.json(Method::POST, "/v1/messages", &headers, &json!({"text": "x"})).await;
        assert_eq!(post.status, 201, "{key}");
    }
    let reports = admin.import(ndjson(&[keyed("x", "a"), keyed("x", "import:a")])).await.reports();
    assert!(reports.iter().all(|report| report.outcome == ImportOutcome::Imported), "{reports:?}");
}

#[tokio::test]
async fn an_idempotency_key_makes_the_whole_body_safe_to_repeat() {
    let app = App::start().await;
    let operator = app.caller(7, "operator");
    let headers = [("content-type", "application/x-ndjson"), ("idempotency-key", "k")];
    let same = line("same", "2020-01-01T00:00:00Z");
    let body = ndjson(&[same.clone(), same, keyed("keyed", "1")]);
    let import = async || operator.send(Method::POST, "/v1/import", &headers, body.clone()).await;
    let (first, again) = (import().await, import().await);
    assert!(first.reports().iter().all(|report| report.outcome == ImportOutcome::Imported), "{first:?}");
    assert!(again.reports().iter().all(|report| report.outcome == ImportOutcome::Repeated), "{again:?}");
    assert_eq!(app.events().await, 3);
    // Without any key there is nothing to tell a repetition by.
    assert_eq!(operator.import(body.clone()).await.status, 200);
    assert_eq!(app.events().await, 5);
}
