//! `rookery webhooks` on a running system.

use std::io::{Read, Write};
use std::net::TcpListener;

use serde_json::Value;
use testkit::eventually;

use crate::support::{START_LIMIT, System, command, data_dir, rookery, stderr, stdout};

/// Answers the first request 204, and gives it.
fn receive(listener: &TcpListener) -> String {
    let (mut stream, _) = listener.accept().expect("somebody comes");
    let (mut received, mut buffer) = (String::new(), [0; 4_096]);
    while !received.ends_with('}') {
        let read = stream.read(&mut buffer).expect("it is sent");
        received.push_str(&String::from_utf8_lossy(&buffer[..read]));
    }
    let answer = b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n";
    stream.write_all(answer).expect("it listens");
    received
}

#[tokio::test]
async fn an_operator_makes_a_webhook_and_looks_after_it() {
    let dir = data_dir();
    let more = [("ROOKERY_WEBHOOKS_ALLOW_HTTP", "true"), ("ROOKERY_WEBHOOKS_ALLOW_PRIVATE", "true")];
    let system = System::start_with(dir.path(), &more).await;
    let webhooks = |words: &[&str]| rookery(dir.path(), &[&["webhooks"], words].concat());
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let address = format!("http://{}/hook", listener.local_addr().expect("bound"));
    let made =
        stdout(&webhooks(&["add", &address, "--types", "rookery.message.posted.v1", "--tag", "birds"]));
    let made: Value = serde_json::from_str(&made).expect("JSON");
    assert!(made["secret"].as_str().is_some_and(|secret| secret.starts_with("whsec_")), "{made}");
    assert_eq!(made["webhook"]["madeBy"], "9007199254740991", "a tool's");
    let id = made["webhook"]["id"].as_str().expect("it has one").to_owned();

    let receiving = tokio::task::spawn_blocking(move || receive(&listener));
    let position = system.post("A heron", "birds").await.expect("it is accepted");
    let received = receiving.await.expect("it was sent");
    for part in ["POST /hook", "webhook-signature: v1,", r#""text":"A heron""#] {
        assert!(received.contains(part), "{part}: {received}");
    }
    eventually("it is written down", START_LIMIT, async || {
        let list = stdout(&webhooks(&["list"]));
        let is_there =
            list.lines().any(|line| line.starts_with(&format!("{id}\t{position}\t0\t0\tsending\t")));
        if is_there { Ok(()) } else { Err(list) }
    })
    .await;
    let rotated: Value = serde_json::from_str(&stdout(&webhooks(&["rotate", &id]))).expect("JSON");
    assert_ne!(rotated["secret"], made["secret"]);
    assert_eq!(stdout(&webhooks(&["parked", &id])), "[]\n");
    assert_eq!(stdout(&webhooks(&["retry", &id])), "0 tried again\n");
    assert!(stderr(&webhooks(&["retry", "heron"])).contains("as `rookery webhooks list` shows it"));
    assert_eq!(stdout(&webhooks(&["replay", &id, "--after", "0"])), "");
    assert_eq!(stdout(&webhooks(&["remove", &id])), "");
    assert!(stderr(&webhooks(&["show", &id])).contains("404 Not Found, not-found"));
    let refused = stderr(&webhooks(&["add", "ftp://example.org"]));
    assert!(refused.contains("webhook-target-refused: url: expected https"), "{refused}");
    let log = system.process.output();
    assert!(!log.contains("whsec_"), "{log}");
    let mut command = command(dir.path(), &["webhooks", "list"]);
    let refused = stderr(&command.env("ROOKERY_TOKEN", "stale").output().expect("it runs"));
    assert!(refused.contains("401") && refused.contains("that of ROOKERY_TOKEN"), "{refused}");
    let (url, written) = (system.url.clone(), dir.path().join("api-url"));
    assert_eq!(std::fs::read_to_string(&written).expect("it is written"), format!("{url}\n"));
    system.stop().await;
    assert!(!written.exists(), "nobody listens there any more");
    std::fs::write(&written, format!("{url}\n")).expect("it is as after a kill");
    let nobody = stderr(&webhooks(&["list"]));
    assert!(nobody.contains(&format!("no Rookery answers at {url}")), "{nobody}");
}
