//! What a user of the broker may try who is not the dispatcher: to forge events and entries, to purge and delete, to read
//! entries, and to have answers delivered where only the dispatcher writes.

use std::time::Duration;

use serde_json::json;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

use super::PATIENCE;

/// Where what came in would be an event, an entry, or a request to the broker.
const TARGETS: [&str; 9] = [
    "ev.0.outbox.1",
    "ev.0.account.1",
    "$KV.CREDENTIALS_0.x",
    "$KV.SESSIONS_0.x",
    "$KV.JOBS_0.x",
    "$KV.CONSUMERS_0.x",
    "$KV.WEBHOOKS_0.x",
    "$JS.API.STREAM.PURGE.EVENTS_0",
    "$JS.API.STREAM.DELETE.EVENTS_0",
];
const STREAMS: [&str; 8] = [
    "EVENTS_0",
    "KV_CREDENTIALS_0",
    "KV_SESSIONS_0",
    "KV_KEYS_0",
    "KV_REVOCATIONS_0",
    "KV_JOBS_0",
    "KV_CONSUMERS_0",
    "KV_WEBHOOKS_0",
];
/// The names under which accounts of readers know the broker's own interface.
const PREFIXES: [&str; 2] = ["$JS.API", "LOG.API"];
/// Made before, so that there is something to pull from.
const CONSUMER: &str = "attacker";
/// After the last attempt, for what is still under way in the broker.
const SETTLED: Duration = Duration::from_millis(500);

/// Tries it all, and gives what was heard, line by line. `may` are the beginnings of subjects that this user may publish
/// to by right, which are left out.
///
/// # Panics
/// If the broker does not let the user in.
pub async fn attack(url: &str, may: &[&str]) -> String {
    let heard = tokio::time::timeout(PATIENCE, try_all(url, may)).await;
    heard.expect("the broker answers").expect("the connection holds")
}

async fn try_all(url: &str, may: &[&str]) -> std::io::Result<String> {
    let rest = url.trim().trim_start_matches("nats://");
    let (login, address) = rest.rsplit_once('@').unwrap_or(("", rest));
    let (user, password) = login.split_once(':').unwrap_or_default();
    let mut stream = BufReader::new(TcpStream::connect(address).await?);
    let connect = json!({ "verbose": false, "headers": true, "user": user, "pass": password });
    let mut bytes = format!("CONNECT {connect}\r\n");
    // Whatever others are told, too.
    for (id, subject) in [">", "$KV.>", "ev.>", "_INBOX.>", "_INBOX.attack.>"].iter().enumerate() {
        bytes.push_str(&format!("SUB {subject} {id}\r\n"));
    }
    for (subject, reply, body) in attempts() {
        if !may.iter().any(|own| subject.starts_with(own)) {
            bytes.push_str(&format!("PUB {subject} {reply} {}\r\n{body}\r\n", body.len()));
        }
    }
    bytes.push_str("PING\r\n");
    stream.write_all(bytes.as_bytes()).await?;
    let mut heard = String::new();
    while !heard.contains("PONG") {
        read_line(&mut stream, &mut heard).await?;
    }
    // Silence for a while.
    while let Ok(read) = tokio::time::timeout(SETTLED, read_line(&mut stream, &mut heard)).await {
        read?;
    }
    Ok(heard)
}

async fn read_line(stream: &mut BufReader<TcpStream>, heard: &mut String) -> std::io::Result<()> {
    let mut line = String::new();
    if stream.read_line(&mut line).await? == 0 {
        return Err(std::io::ErrorKind::UnexpectedEof.into());
    }
    if line.starts_with("MSG ") || line.starts_with("HMSG ") {
        let length = line.trim_end().rsplit(' ').next().and_then(|length| length.parse().ok());
        let mut body = vec![0; length.unwrap_or_default()];
        stream.read_exact(&mut body).await?;
        line.push_str(&String::from_utf8_lossy(&body));
    }
    heard.push_str(&line);
    Ok(())
}

/// Subject, where to answer to, and body of each.
fn attempts() -> Vec<(String, String, String)> {
    let mut attempts = Vec::new();
    let mut attempt = |subject: String, reply: &str, body: String| {
        attempts.push((subject, reply.to_owned(), body));
    };
    let to_us = |number: usize| format!("_INBOX.attack.{number}");
    for target in TARGETS {
        attempt(target.to_owned(), &to_us(1), "{}".to_owned());
    }
    for target in ["$KV.KEYS_0.ring", "$KV.REVOCATIONS_0.x", "ev.0.dropped.social", "ev.0.moderation.1"] {
        attempt(target.to_owned(), &to_us(2), "{}".to_owned());
    }
    for prefix in PREFIXES {
        for stream in STREAMS {
            for (number, action) in
                ["STREAM.PURGE", "STREAM.DELETE", "STREAM.MSG.DELETE", "STREAM.SNAPSHOT"].iter().enumerate()
            {
                let body = r#"{"seq":1,"deliver_subject":"_INBOX.attack.snapshot"}"#.to_owned();
                attempt(format!("{prefix}.{action}.{stream}"), &to_us(10 + number), body);
            }
            for (number, action) in ["STREAM.MSG.GET", "DIRECT.GET"].iter().enumerate() {
                let body = r#"{"seq":1}"#.to_owned();
                attempt(format!("{prefix}.{action}.{stream}"), &to_us(20 + number), body);
            }
            // Delivered by the broker itself, and asked for by pulling.
            let consumer =
                json!({ "name": CONSUMER, "ack_policy": "none", "inactive_threshold": 60_000_000_000_u64 });
            let body = json!({ "stream_name": stream, "config": consumer }).to_string();
            attempt(format!("{prefix}.CONSUMER.CREATE.{stream}.{CONSUMER}"), &to_us(30), body);
            for (number, target) in TARGETS.iter().enumerate() {
                let name = format!("{CONSUMER}-{number}");
                let config = json!({ "name": name, "ack_policy": "none", "deliver_subject": target });
                let body = json!({ "stream_name": stream, "config": config }).to_string();
                attempt(format!("{prefix}.CONSUMER.CREATE.{stream}.{name}"), &to_us(40), body);
                attempt(format!("{prefix}.CONSUMER.MSG.NEXT.{stream}.{CONSUMER}"), target, "1".to_owned());
                attempt(format!("{prefix}.STREAM.INFO.{stream}"), target, String::new());
                attempt(format!("{prefix}.STREAM.MSG.GET.{stream}"), target, r#"{"seq":1}"#.to_owned());
                attempt(format!("{prefix}.DIRECT.GET.{stream}"), target, r#"{"seq":1}"#.to_owned());
            }
        }
        for name in ["STREAM.NAMES", "STREAM.LIST", "INFO"] {
            for target in TARGETS {
                attempt(format!("{prefix}.{name}"), target, String::new());
            }
        }
        let source = json!({ "name": "COPY", "sources": [{ "name": "KV_CREDENTIALS_0" }] }).to_string();
        attempt(format!("{prefix}.STREAM.CREATE.COPY"), &to_us(50), source);
        let open = json!({ "name": "EVENTS_0", "subjects": ["ev.0.>"], "max_msgs": 1, "discard": "old" });
        attempt(format!("{prefix}.STREAM.UPDATE.EVENTS_0"), &to_us(51), open.to_string());
    }
    attempts
}
