//! Every command with a key, repeated in every way: it is one event and one answer, within the broker's memory of
//! message ids and beyond it, and across restarts of everything.

use std::time::Duration;

use async_nats::jetstream;
use event_store::EventLog;
use futures::{StreamExt, future};
use reqwest::Method;
use serde_json::{Value, json};
use testkit::eventually;

use crate::answer::Answer;
use crate::app::{Api, App, Caller, PATIENCE, log_config, quiet};

/// The shortest memory of message ids that the broker grants.
const WINDOW: Duration = Duration::from_millis(100);

struct Command {
    method: Method,
    path: String,
    if_match: &'static str,
    body: Value,
}

fn command(method: Method, path: impl Into<String>, body: Value) -> Command {
    Command { method, path: path.into(), if_match: "", body }
}

impl Command {
    /// By its place in the list, which is also its key.
    async fn send(&self, caller: &Caller<'_>, key: &str) -> Answer {
        let mut headers = vec![("idempotency-key", key)];
        let body = if self.body.is_null() {
            String::new()
        } else {
            headers.push(("content-type", "application/json"));
            self.body.to_string()
        };
        if !self.if_match.is_empty() {
            headers.push(("if-match", self.if_match));
        }
        caller.send(self.method.clone(), &self.path, &headers, body).await
    }
}

/// Two accounts and a message of each: what the commands are about.
struct Stage {
    me: i64,
    other: i64,
    mine: String,
    theirs: String,
}

impl Stage {
    async fn set(app: &App) -> Self {
        let (me, other) = (app.register("me").await, app.register("other").await);
        let mine = app.user(me).post(&json!({"text": "mine"})).await.id();
        let theirs = app.user(other).post(&json!({"text": "theirs"})).await.id();
        Self { me, other, mine, theirs }
    }

    /// Every command that becomes events, in an order in which each does something.
    fn commands(&self) -> Vec<Command> {
        let Self { other, mine, theirs, .. } = self;
        let edge = |method: &Method, path: String| command(method.clone(), path, Value::Null);
        let edges = |method: &Method| {
            [
                edge(method, format!("/v1/accounts/{other}/follow")),
                edge(method, format!("/v1/messages/{theirs}/like")),
                edge(method, format!("/v1/messages/{theirs}/repost")),
            ]
        };
        let account = json!({"handle": "new", "password": "correct horse", "displayName": "New"});
        let mut commands = vec![
            command(Method::POST, "/v1/accounts", account),
            command(Method::POST, "/v1/messages", json!({"text": "post", "tags": ["a", "b"]})),
            command(Method::POST, "/v1/messages", json!({"text": "reply", "inReplyTo": theirs})),
            Command {
                if_match: "\"1\"",
                ..command(Method::PATCH, format!("/v1/messages/{mine}"), json!({"text": "edited"}))
            },
            command(Method::PUT, "/v1/notifications/read", json!({"until": theirs})),
            command(Method::PATCH, "/v1/accounts/me", json!({"handle": "renamed", "bio": "x"})),
        ];
        commands.extend(edges(&Method::PUT));
        commands.extend(edges(&Method::DELETE));
        commands.push(edge(&Method::DELETE, format!("/v1/messages/{mine}")));
        commands.push(edge(&Method::DELETE, "/v1/accounts/me".to_owned()));
        commands
    }
}

async fn send_all(app: &App, stage: &Stage) -> Vec<Answer> {
    let caller = app.user(stage.me);
    let mut answers = Vec::new();
    for (key, command) in stage.commands().iter().enumerate() {
        answers.push(command.send(&caller, &key.to_string()).await);
    }
    answers
}

/// An import has a key for each line; the report of a repeated line says that it was there, under the same id.
async fn import(app: &App, stage: &Stage) -> Vec<Option<String>> {
    let lines = [
        json!({"kind": "account", "handle": "old", "displayName": "Old"}),
        json!({"kind": "message", "account": "@old", "text": "old"}),
        json!({"kind": "follow", "account": "@old", "followee": stage.other.to_string()}),
        json!({"kind": "like", "account": "@old", "message": {"key": "1"}}),
        json!({"kind": "repost", "account": "@old", "message": {"key": "1"}}),
    ];
    let lines = lines.into_iter().enumerate().map(|(key, mut line)| {
        line["time"] = json!("2020-01-01T00:00:00Z");
        line["key"] = json!(key.to_string());
        format!("{line}\n")
    });
    let reports = app.caller(7, "operator").import(lines.collect::<String>()).await.reports();
    assert!(reports.iter().all(|report| report.code.is_none()), "{reports:#?}");
    reports.into_iter().map(|report| report.id).collect()
}

/// Makes the broker's memory short and waits until it has forgotten all commands so far.
async fn outlive_the_window(app: &App) {
    let client = async_nats::connect(app.nats.url()).await.expect("the broker is there");
    let context = jetstream::new(client);
    let stream = context.get_stream("EVENTS_0").await.expect("the log is there");
    let usual = stream.cached_info().config.clone();
    let short = jetstream::stream::Config { duplicate_window: WINDOW, ..usual.clone() };
    context.update_stream(short).await.expect("the broker takes it");
    // Of the last command's first event: once that is not called a repetition any more, no earlier one is.
    let last = stream.get_last_raw_message_by_subject("ev.0.>").await.expect("the log has events");
    let id = last.headers.get("Nats-Msg-Id").expect("events are named by their command").clone();
    eventually("the broker forgets", PATIENCE, || async {
        let mut headers = async_nats::HeaderMap::new();
        headers.insert("Nats-Msg-Id", id.clone());
        // An expectation that never holds: what is not taken for a repetition is refused, and the log stays as it is.
        headers.insert("Nats-Expected-Last-Subject-Sequence", "1000000");
        let publish = context.publish_with_headers(last.subject.clone(), headers, "{}".into()).await;
        match publish.expect("the broker is there").await {
            Ok(ack) => Err(format!("{ack:?}")),
            Err(_refused) => Ok(()),
        }
    })
    .await;
    // What was forgotten stays so, and no dispatcher opens a log whose broker forgets so soon.
    context.update_stream(usual).await.expect("the broker takes it");
}

#[tokio::test]
async fn every_command_is_carried_out_once_however_it_is_repeated() {
    let mut app = App::start().await;
    let stage = Stage::set(&app).await;
    let imported = import(&app, &stage).await;
    let first = send_all(&app, &stage).await;
    for answer in &first {
        assert!((200..300).contains(&answer.status), "{answer:?}");
    }
    let events = app.events().await;
    // A registration, and a profile's change of handle, are more than one event.
    assert!(events > first.len() as u64, "each command did something");

    let same = async |app: &App, how: &str| {
        for (number, (again, first)) in send_all(app, &stage).await.iter().zip(&first).enumerate() {
            assert_eq!(again.lasting(), first.lasting(), "command {number}, {how}");
        }
        assert_eq!(import(app, &stage).await, imported, "{how}");
        assert_eq!(app.events().await, events, "{how}");
    };
    same(&app, "at once").await;
    app.nats.kill().await;
    app.nats.restart().await;
    app.api = Api::open(&log_config(&app.nats), &app.tokens.config(), quiet()).await;
    same(&app, "by another dispatcher, after the broker was killed").await;
    outlive_the_window(&app).await;
    same(&app, "beyond the broker's window").await;
    app.api = Api::open(&log_config(&app.nats), &app.tokens.config(), quiet()).await;
    same(&app, "beyond the window, by a dispatcher that was not there").await;
}

#[tokio::test]
async fn concurrent_duplicates_of_every_command_are_one() {
    const DUPLICATES: usize = 6;
    let app = App::start().await;
    let stage = Stage::set(&app).await;
    let second = Api::open(&log_config(&app.nats), &app.tokens.config(), quiet()).await;
    let authorization = app.user(stage.me).authorization;
    for (key, command) in stage.commands().iter().enumerate() {
        let before = app.events().await;
        let answers = future::join_all((0..DUPLICATES).map(|duplicate| {
            let api = if duplicate % 2 == 0 { &app.api } else { &second };
            let caller = Caller { api, authorization: authorization.clone() };
            async move { command.send(&caller, &key.to_string()).await }
        }))
        .await;
        for answer in &answers {
            assert!((200..300).contains(&answer.status), "command {key}: {answer:?}");
            assert_eq!(answer.lasting(), answers[0].lasting(), "command {key}");
        }
        // The events of one command share its id, which is nobody else's.
        let commands = commands_behind(&app, before).await;
        assert!(commands.windows(2).all(|pair| pair[0] == pair[1]), "command {key}: {commands:?}");
        assert!(!commands.is_empty(), "command {key} did nothing");
        let subjects = subjects_behind(&app, before).await;
        assert_eq!(subjects.len(), commands.len(), "command {key} has two events on a subject");
    }
}

async fn commands_behind(app: &App, sequence: u64) -> Vec<String> {
    behind(app, sequence).await.into_iter().map(|(command, _)| command).collect()
}

async fn subjects_behind(app: &App, sequence: u64) -> std::collections::BTreeSet<String> {
    behind(app, sequence).await.into_iter().map(|(_, subject)| subject).collect()
}

/// Command id and subject of each event.
async fn behind(app: &App, sequence: u64) -> Vec<(String, String)> {
    let head = app.events().await;
    futures::stream::iter(sequence + 1..=head)
        .then(|sequence| async move {
            let sequence = domain::Sequence::new(sequence).expect("a short log");
            let event = app.log.read(sequence).await.expect("the log answers").expect("it is there");
            (event.envelope.expect("it is ours").command.to_string(), event.subject)
        })
        .collect()
        .await
}
