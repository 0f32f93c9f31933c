//! Imports of all kinds, and the times that they may have.

use api_types::import::ImportOutcome::{Imported, Refused, Repeated};
use api_types::import::ImportReport;
use domain::{AccountEvent, Event, GraphEvent, HandleEvent, MessageEvent, MessageId, ReactionEvent};
use http_kit::limits::BodyLimits;
use reqwest::Body;
use serde_json::{Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::answer::refused;
use crate::app::{App, quiet};
use crate::import_lines::{ndjson, outcomes};

fn history() -> Vec<Value> {
    vec![
        json!({"kind": "account", "handle": "Nightjar", "displayName": "Nightjar", "bio": "Moths.",
            "time": "2019-03-01T08:00:00Z", "key": "a-1"}),
        json!({"kind": "account", "handle": "owl", "displayName": "Owl", "time": "2019-03-02T08:00:00Z",
            "key": "a-2"}),
        json!({"kind": "follow", "account": "@owl", "followee": "@nightjar", "time": "2019-04-01T12:00:00Z",
            "key": "f-1"}),
        json!({"kind": "message", "account": "@nightjar", "text": "We are back", "tags": ["birds"],
            "time": "2019-05-01T21:00:00Z", "key": "m-1"}),
        json!({"kind": "message", "account": "@owl", "text": "Where?", "inReplyTo": {"key": "m-1"},
            "time": "2019-05-01T21:04:00Z", "key": "m-2"}),
        json!({"kind": "like", "account": "@owl", "message": {"key": "m-1"}, "time": "2019-05-01T21:05:00Z",
            "key": "l-1"}),
        json!({"kind": "repost", "account": "@owl", "message": {"key": "m-1"},
            "time": "2019-05-01T21:06:00Z", "key": "r-1"}),
    ]
}

fn without_keys(mut lines: Vec<Value>) -> Vec<Value> {
    for line in &mut lines {
        line.as_object_mut().expect("a line is an object").remove("key");
    }
    lines
}

fn ids(reports: &[ImportReport]) -> Vec<Option<&str>> {
    reports.iter().map(|report| report.id.as_deref()).collect()
}

fn codes(reports: &[ImportReport]) -> Vec<&str> {
    reports.iter().map(|report| report.code.as_deref().unwrap_or_default()).collect()
}

async fn events(app: &App) -> Vec<Event> {
    let mut events = Vec::new();
    for sequence in 1..=app.events().await as i64 {
        events.push(app.any_event(sequence << 8).await.0);
    }
    events
}

#[tokio::test]
async fn all_kinds_are_imported_once_with_their_original_times() {
    let app = App::start().await;
    let operator = app.caller(7, "operator");
    let first = operator.import(ndjson(&history())).await.reports();
    let all = |outcome| (1..=7).map(|line| (line, outcome, "")).collect::<Vec<_>>();
    assert_eq!(outcomes(&first), all(Imported));
    let kinds = first.iter().map(|report| json!(report.kind)).collect::<Vec<_>>();
    assert_eq!(kinds, ["account", "account", "follow", "message", "message", "like", "repost"]);
    assert_eq!(app.events().await, 9, "an account has two");
    let mut times = Vec::new();
    for event in events(&app).await {
        times.extend(match event {
            Event::Account(AccountEvent::Registered(event)) => {
                assert_eq!(event.bio.as_str(), if event.handle.as_str() == "owl" { "" } else { "Moths." });
                Some(event.original_time)
            }
            Event::Handle(HandleEvent::Claimed(_)) => None,
            Event::Message(MessageEvent::Posted(event)) => {
                assert_eq!(
                    event.in_reply_to.map(MessageId::get),
                    (event.text.as_str() == "Where?").then(|| {
                        first[3].id.as_ref().expect("a message has an id").parse().expect("it is a number")
                    })
                );
                Some(event.original_time)
            }
            Event::Graph(GraphEvent::Followed(event)) => Some(event.original_time),
            Event::Reaction(ReactionEvent::Liked(event)) => Some(event.original_time),
            Event::Reaction(ReactionEvent::Reposted(event)) => Some(event.original_time),
            other => panic!("unexpected: {other:?}"),
        });
    }
    times.sort_unstable();
    let expected = history().into_iter().map(|line| {
        let time = line["time"].as_str().expect("a line has a time");
        Some(OffsetDateTime::parse(time, &Rfc3339).expect("it is one"))
    });
    assert_eq!(times, expected.collect::<Vec<_>>());
    let again = operator.import(ndjson(&history())).await.reports();
    assert_eq!(outcomes(&again), all(Repeated));
    assert_eq!(ids(&again), ids(&first));
    assert_eq!(app.events().await, 9);
}

#[tokio::test]
async fn what_broke_off_goes_on_by_its_keys() {
    let app = App::start().await;
    let operator = app.caller(7, "operator");
    let first = operator.import(ndjson(&history()[..4])).await.reports();
    let all = operator.import(ndjson(&history())).await.reports();
    let outcomes: Vec<_> = all.iter().map(|report| report.outcome).collect();
    assert_eq!(outcomes, [[Repeated; 4].as_slice(), &[Imported; 3]].concat());
    assert_eq!(ids(&all[..4]), ids(&first));
    assert_eq!(app.events().await, 9);
}

/// Its handle may belong to somebody else, who has nothing to do with the history.
#[tokio::test]
async fn what_a_refused_account_did_is_refused() {
    let app = App::start().await;
    app.register("nightjar").await;
    let before = app.events().await;
    let lines = without_keys(history()[..1].to_vec());
    let message =
        json!({"kind": "message", "account": "@nightjar", "text": "x", "time": "2019-05-01T21:00:00Z"});
    let reports = app.caller(7, "operator").import(ndjson(&[lines, vec![message]].concat())).await.reports();
    let expected = [(1, Refused, "HandleMustBeFree"), (2, Refused, "unknown-reference")];
    assert_eq!(outcomes(&reports), expected);
    assert_eq!(app.events().await, before);
}

#[tokio::test]
async fn nothing_is_older_than_what_it_is_about() {
    let app = App::start().await;
    let operator = app.caller(7, "operator");
    operator.import(ndjson(&history())).await;
    let at = |mut line: Value, time: &str| {
        line["time"] = json!(time);
        line.as_object_mut().expect("a line is an object").remove("key");
        line
    };
    let [nightjar, _, follow, message, reply, like, repost] = history().try_into().expect("there are seven");
    let about_first = |mut line: Value| {
        let field = if line["kind"] == "message" { "inReplyTo" } else { "message" };
        line[field] = json!({"key": "m"});
        line
    };
    let mut first = at(message.clone(), "2019-05-01T21:00:00Z");
    first["key"] = json!("m");
    let lines = [
        first,
        at(message.clone(), "2019-03-01T07:59:59.999Z"),
        at(follow.clone(), "2019-03-02T07:59:59Z"),
        at(follow, "2019-03-02T09:00:00+01:00"),
        at(about_first(reply.clone()), "2019-05-01T20:59:59Z"),
        at(about_first(like.clone()), "2019-05-01T20:59:59Z"),
        at(about_first(repost), "2019-03-02T07:59:59Z"),
        at(about_first(reply), "2019-05-01T21:00:00Z"),
        at(about_first(like), "2019-05-01T23:00:00+02:00"),
        at(nightjar, "1969-12-31T23:59:59Z"),
        // Ids without a registration say nothing about when they began.
        json!({"kind": "message", "account": "42", "text": "x", "time": "1970-01-01T00:00:00Z"}),
    ];
    let reports = operator.import(ndjson(&lines)).await.reports();
    let (account, message) = ("TimeMustNotBeBeforeAccount", "TimeMustNotBeBeforeMessage");
    let expected = ["", account, account, "", message, message, account, "", "", "TimeMustBePlausible", ""];
    assert_eq!(codes(&reports), expected, "{reports:#?}");
    let id = reports[0].id.as_deref().expect("it was imported");
    let why = format!("The original time lies before 2019-05-01T21:00:00Z, when message {id} was written.");
    assert_eq!(reports[4].detail.as_deref(), Some(why.as_str()));
}

#[tokio::test]
async fn an_imported_account_began_when_it_began_whatever_became_of_its_profile() {
    let app = App::start().await;
    let operator = app.caller(7, "operator");
    let reports = operator.import(ndjson(&history()[..1])).await.reports();
    let id = reports[0].id.as_deref().and_then(|id| id.parse().ok()).expect("an account has an id");
    assert_eq!(app.user(id).change_profile(&json!({"handle": "jar"})).await.status, 200);
    let message = |time: &str| json!({"kind": "message", "account": "@jar", "text": "x", "time": time});
    let lines = [message("2019-02-28T00:00:00Z"), message("2019-03-01T08:00:00Z")];
    let reports = operator.import(ndjson(&lines)).await.reports();
    assert_eq!(codes(&reports), ["TimeMustNotBeBeforeAccount", ""]);
}

/// When its owner came here says nothing about how long they had been elsewhere.
#[tokio::test]
async fn older_history_of_an_account_of_here_is_imported() {
    let app = App::start().await;
    let owl = app.register("owl").await;
    let operator = app.caller(7, "operator");
    let lines = [
        history()[0].clone(),
        json!({"kind": "message", "account": "@owl", "text": "x", "time": "2012-01-01T00:00:00Z", "key": "m"}),
        json!({"kind": "like", "account": owl.to_string(), "message": {"key": "m"}, "time": "2012-01-02T00:00:00Z"}),
        json!({"kind": "follow", "account": "@owl", "followee": "@nightjar", "time": "2019-03-01T08:00:00Z"}),
    ];
    let reports = operator.import(ndjson(&lines)).await.reports();
    assert_eq!(codes(&reports), [""; 4], "{reports:#?}");
    // A message that was written here has the time of the log.
    let posted = app.user(owl).post(&json!({"text": "now"})).await.id();
    let like = json!({"kind": "like", "account": "@owl", "message": posted, "time": "2012-01-01T00:00:00Z"});
    let reports = operator.import(ndjson(&[like])).await.reports();
    assert_eq!(codes(&reports), ["TimeMustNotBeBeforeMessage"]);
}

#[tokio::test]
async fn deactivated_accounts_and_deleted_messages_get_no_history() {
    let app = App::start().await;
    let operator = app.caller(7, "operator");
    let reports = operator.import(ndjson(&history())).await.reports();
    let id = |line: usize| reports[line].id.clone().expect("it was imported");
    let owl = id(1).parse().expect("it is a number");
    assert_eq!(app.user(owl).remove("/v1/accounts/me").await.status, 204);
    assert_eq!(app.caller(1, "admin").delete(&id(3)).await.status, 204);
    let lines = without_keys(vec![
        json!({"kind": "message", "account": "@owl", "text": "x", "time": "2020-01-01T00:00:00Z"}),
        json!({"kind": "follow", "account": "@owl", "followee": "@nightjar", "time": "2020-01-01T00:00:00Z"}),
        json!({"kind": "follow", "account": "@nightjar", "followee": "@owl", "time": "2020-01-01T00:00:00Z"}),
        json!({"kind": "like", "account": "@nightjar", "message": id(3), "time": "2020-01-01T00:00:00Z"}),
        json!({"kind": "repost", "account": "42", "message": "9999999", "time": "2020-01-01T00:00:00Z"}),
        json!({"kind": "follow", "account": "@nightjar", "followee": "@nightjar", "time": "2020-01-01T00:00:00Z"}),
    ]);
    let before = app.events().await;
    let refused = operator.import(ndjson(&lines)).await.reports();
    let expected = [
        "AccountMustBeActive",
        "AccountMustBeActive",
        "AccountMustExist",
        "MessageMustExist",
        "MessageMustExist",
        "AccountMustNotFollowItself",
    ];
    assert_eq!(codes(&refused), expected, "{refused:#?}");
    assert_eq!(app.events().await, before);
    // What was imported before stays so.
    let again = operator.import(ndjson(&history())).await.reports();
    assert!(again[4..].iter().all(|report| report.outcome != Imported), "{again:#?}");
    assert_eq!(app.events().await, before);
}

#[tokio::test]
async fn a_caller_has_one_import_at_a_time() {
    let body = BodyLimits { timeout: std::time::Duration::from_secs(60), ..BodyLimits::default() };
    let app = App::start_with(http_kit::Limits { body, ..quiet() }).await;
    let (feed, fed) = futures::channel::mpsc::unbounded::<Result<String, std::io::Error>>();
    let operator = app.caller(7, "operator");
    let first = operator.import(Body::wrap_stream(fed));
    let others = async {
        feed.unbounded_send(Ok(ndjson(&history()[..1]))).expect("it is read");
        testkit::eventually("the first import has begun", crate::app::PATIENCE, async || {
            match app.events().await {
                2 => Ok(()),
                events => Err(format!("{events} events")),
            }
        })
        .await;
        let second = app.caller(7, "admin").import(ndjson(&history())).await;
        assert_eq!(second.refusal(), refused(429, "rate-limited"));
        assert_eq!(second.header("retry-after"), "5");
        let another = app.caller(8, "operator").import(ndjson(&without_keys(history())[1..2])).await;
        assert_eq!(codes(&another.reports()), [""]);
        drop(feed);
    };
    let (first, ()) = futures::join!(first, others);
    assert_eq!(codes(&first.reports()), [""]);
    assert_eq!(operator.import(ndjson(&history()[..1])).await.reports()[0].outcome, Repeated);
}

/// Of one second there are 8,192 ids.
#[tokio::test]
async fn a_crowd_of_accounts_is_imported_in_one_request() {
    const ACCOUNTS: usize = 300;
    let app = App::start().await;
    let line = |number: usize| json!({"kind": "account", "handle": format!("h{number}"), "displayName": "x", "time": "2019-01-01T00:00:00Z"});
    let lines: Vec<Value> = (0..ACCOUNTS).map(line).collect();
    let reports = app.caller(7, "operator").import(ndjson(&lines)).await.reports();
    assert_eq!(codes(&reports), [""; ACCOUNTS]);
    let mut ids = ids(&reports);
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), ACCOUNTS);
}
