//! One client of the command API.

use std::time::Duration;

use reqwest::{Method, RequestBuilder, Response};
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::load::GIVE_UP_AFTER;
use crate::record::{Ack, Intent, Operation, Outcome, Reaction, Record, request_id};
use crate::system::{MODERATOR, USER, http, signed};

/// Longer than the dispatcher tries an append, so that its own word on the outcome is heard.
const PATIENCE: Duration = Duration::from_secs(15);
const PAUSE_MIN: Duration = Duration::from_millis(20);
const PAUSE_MAX: Duration = Duration::from_millis(500);
/// Of everybody.
pub const PASSWORD: &str = "a long enough one";
const ORIGINAL_TIME: &str = "2020-02-02T02:02:02Z";

#[derive(Debug, Clone)]
pub struct Client {
    http: reqwest::Client,
    dispatcher: String,
}

impl Client {
    pub fn new(dispatcher: String) -> Self {
        Self { http: http(), dispatcher }
    }

    /// Registers somebody; the id.
    ///
    /// # Panics
    /// Where that does not succeed in time.
    pub async fn register(&self, record: &Record, handle: &str) -> i64 {
        let intent = Intent::Register { handle: handle.to_owned() };
        let operation = record.begin(0, Some(format!("register-{handle}")), |_| intent);
        let deadline = Instant::now() + GIVE_UP_AFTER;
        let Some(ack) = self.insist(record, operation, || Instant::now() > deadline).await else {
            panic!("{handle} could not register: {:?}", record.one(operation));
        };
        ack.id.expect("a registration answers an id")
    }

    /// One request without a key.
    pub async fn once(&self, record: &Record, actor: i64, intent: Intent) -> Outcome {
        let operation = record.begin(actor, None, |_| intent);
        self.attempt(record, operation).await
    }

    /// Asks again under the same key until the answer is definite, as a careful client does.
    pub async fn insist(
        &self,
        record: &Record,
        operation: usize,
        mut gives_up: impl FnMut() -> bool,
    ) -> Option<Ack> {
        let mut pause = PAUSE_MIN;
        loop {
            match self.attempt(record, operation).await {
                Outcome::Acked(ack) => return Some(ack),
                Outcome::Rejected { code, .. } | Outcome::Unknown(code)
                    if matches!(code.as_str(), "log-full" | "quota-exceeded") =>
                {
                    return None;
                }
                // 429: another import of the same caller is under way.
                Outcome::Rejected { status, .. } if !matches!(status, 0 | 429 | 503) => return None,
                _ if gives_up() => return None,
                Outcome::Rejected { .. } | Outcome::Unknown(_) => {}
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(PAUSE_MAX);
        }
    }

    /// One request.
    pub async fn attempt(&self, record: &Record, operation: usize) -> Outcome {
        let attempt = record.sent(operation, &self.dispatcher);
        let asked = record.one(operation);
        let request = self.request(&asked, operation).header("X-Request-Id", request_id(operation, attempt));
        let request = match &asked.key {
            Some(key) => request.header("Idempotency-Key", key),
            None => request,
        };
        let outcome = match request.timeout(PATIENCE).send().await {
            Ok(answer) => outcome(answer, &asked.intent).await,
            // Nobody listened, so nothing was sent.
            Err(error) if error.is_connect() => Outcome::Rejected { status: 0, code: "not-sent".to_owned() },
            Err(error) => Outcome::Unknown(format!("{error:?}")),
        };
        record.answered(operation, attempt, outcome.clone());
        outcome
    }

    fn request(&self, asked: &Operation, number: usize) -> RequestBuilder {
        let to = |method: Method, path: String| {
            let roles = if matches!(asked.intent, Intent::Moderate { .. }) { MODERATOR } else { USER };
            signed(self.http.request(method, format!("{}{path}", self.dispatcher)), asked.actor, roles)
        };
        let set_or_unset = |is_set: bool| if is_set { Method::PUT } else { Method::DELETE };
        match &asked.intent {
            Intent::Register { handle } => {
                let body = json!({"handle": handle, "password": PASSWORD, "displayName": handle});
                self.http.post(format!("{}/v1/accounts", self.dispatcher)).json(&body)
            }
            Intent::Post { text, tag, in_reply_to } => {
                let mut body = json!({"text": text, "tag": tag});
                if let Some(parent) = in_reply_to {
                    body["inReplyTo"] = json!(parent.to_string());
                }
                to(Method::POST, "/v1/messages".to_owned()).json(&body)
            }
            Intent::Edit { message, edition, text } => {
                let tag = edition.map_or_else(|| "*".to_owned(), |edition| format!("\"{edition}\""));
                let request = to(Method::PATCH, format!("/v1/messages/{message}"));
                request.header("If-Match", tag).json(&json!({"text": text}))
            }
            Intent::Delete { message } => to(Method::DELETE, format!("/v1/messages/{message}")),
            Intent::React { kind, message, is_set } => {
                let last = match kind {
                    Reaction::Like => "like",
                    Reaction::Repost => "repost",
                    Reaction::Bookmark => "bookmark",
                };
                to(set_or_unset(*is_set), format!("/v1/messages/{message}/{last}"))
            }
            Intent::Follow { account, is_set } => {
                to(set_or_unset(*is_set), format!("/v1/accounts/{account}/follow"))
            }
            Intent::Block { account, is_set } => {
                to(set_or_unset(*is_set), format!("/v1/accounts/{account}/block"))
            }
            Intent::Mute { account, is_set } => {
                to(set_or_unset(*is_set), format!("/v1/accounts/{account}/mute"))
            }
            Intent::Moderate { account, action } => {
                let body = json!({"action": action.word(), "reason": "spam", "note": format!("op-{number}")});
                to(Method::POST, format!("/v1/accounts/{account}/moderation")).json(&body)
            }
            Intent::Role { .. } => unreachable!("operators have a tool for that, see operator.rs"),
            Intent::Import { texts, tag } => to(Method::POST, "/v1/import".to_owned())
                .header("Content-Type", "application/x-ndjson")
                .body(import(asked, number, texts, tag)),
        }
    }
}

/// Messages; and where lines have keys to name each other by, an account of its own that does all that is imported.
fn import(asked: &Operation, number: usize, texts: &[String], tag: &str) -> String {
    let actor = asked.actor.to_string();
    let message = |text| json!({"kind": "message", "account": actor, "text": text, "tags": [tag]});
    let mut lines: Vec<Value> = texts.iter().map(message).collect();
    if asked.key.is_some() {
        let handle = import_handle(number);
        let first = json!({"key": format!("import-{number}-0")});
        let account = format!("@{handle}");
        lines.extend([
            json!({"kind": "account", "handle": handle, "displayName": "x"}),
            json!({"kind": "follow", "account": account, "followee": actor}),
            json!({"kind": "like", "account": account, "message": first}),
            json!({"kind": "repost", "account": account, "message": first}),
            json!({"kind": "bookmark", "account": account, "message": first}),
        ]);
    }
    let finished = lines.into_iter().enumerate().map(|(index, mut line)| {
        line["time"] = json!(ORIGINAL_TIME);
        if asked.key.is_some() {
            line["key"] = json!(format!("import-{number}-{index}"));
        }
        format!("{line}\n")
    });
    finished.collect()
}

/// Of the account that an import brings along.
pub fn import_handle(operation: usize) -> String {
    format!("i{operation}")
}

async fn outcome(answer: Response, intent: &Intent) -> Outcome {
    let status = answer.status().as_u16();
    let position =
        answer.headers().get("event-position").and_then(|value| value.to_str().ok()?.parse::<i64>().ok());
    let Ok(text) = answer.text().await else {
        return Outcome::Unknown("the answer broke off".to_owned());
    };
    if (200..300).contains(&status) {
        if matches!(intent, Intent::Import { .. }) {
            return imported(&text, position);
        }
        let body: Value = serde_json::from_str(&text).unwrap_or_default();
        let id = body["id"].as_str().and_then(|id| id.parse().ok());
        return match position {
            Some(position) => Outcome::Acked(Ack { position, id, edition: body["edition"].as_u64() }),
            None => Outcome::Unknown(format!("{status} without Event-Position")),
        };
    }
    let problem: Value = serde_json::from_str(&text).unwrap_or_default();
    let code = problem["code"].as_str().unwrap_or("no code").to_owned();
    match code.as_str() {
        "outcome-unknown" | "request-timeout" => Outcome::Unknown(code),
        // An import says nothing definite about single lines when the log fails.
        "unavailable" | "log-full" if matches!(intent, Intent::Import { .. }) => Outcome::Unknown(code),
        _ => Outcome::Rejected { status, code },
    }
}

fn imported(report: &str, position: Option<i64>) -> Outcome {
    let lines = report.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let refused: Vec<Value> = lines.filter(|line| line["outcome"] == "refused").collect();
    match (refused.first(), position) {
        (None, Some(position)) => Outcome::Acked(Ack { position, id: None, edition: None }),
        (Some(line), _) => Outcome::Unknown(format!("refused: {line}")),
        (None, None) => Outcome::Unknown(format!("an import without position: {report}")),
    }
}
