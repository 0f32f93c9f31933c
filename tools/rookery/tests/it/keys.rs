//! `rookery keys rotate`: a new key for the tokens of sessions.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::Value;
use testkit::{Nats, eventually};

use crate::support::{System, command, data_dir, rookery, send, stderr, stdout};

const LIMIT: Duration = Duration::from_secs(30);

async fn published(system: &System) -> BTreeSet<String> {
    let answer = send(system.get("/.well-known/jwks.json")).await.expect("it answers");
    assert_eq!(answer.status, 200);
    let jwks: Value = serde_json::from_str(&answer.body).expect("it is JSON");
    let keys = jwks["keys"].as_array().expect("it is a key set");
    keys.iter().map(|key| key["kid"].as_str().expect("keys have names").to_owned()).collect()
}

#[tokio::test]
async fn a_running_system_takes_a_new_key_and_keeps_the_old_one_for_its_tokens() {
    let dir = data_dir();
    let refusal = stderr(&rookery(dir.path(), &["keys", "rotate"]));
    assert!(refusal.contains("rookery up"), "{refusal}");

    let system = System::start(dir.path()).await;
    let before = published(&system).await;
    assert_eq!(before.len(), 1);
    let kid = stdout(&rookery(dir.path(), &["keys", "rotate"])).trim_end().to_owned();
    let expected: BTreeSet<String> = before.into_iter().chain([kid]).collect();
    eventually("both are published", LIMIT, async || match published(&system).await {
        found if found == expected => Ok(()),
        found => Err(format!("{found:?}")),
    })
    .await;
    system.stop().await;

    let system = System::start(dir.path()).await;
    assert_eq!(published(&system).await, expected, "they survive a restart");
    system.stop().await;
}

#[tokio::test]
async fn without_a_dispatchers_first_key_there_is_nothing_to_rotate() {
    let (dir, nats) = (data_dir(), Nats::start().await);
    let output = command(dir.path(), &["keys", "rotate"]).env("ROOKERY_NATS_URL", nats.url()).output();
    let refusal = stderr(&output.expect("the program runs"));
    assert!(refusal.contains("no dispatcher has made a key yet"), "{refusal}");
}
