//! The broker below `rookery up`: who can do what there, and who can read its secrets.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use async_nats::jetstream::stream::Info;
use event_store::conformance::attack;
use testkit::eventually;

use crate::people::client::Api;
use crate::support::{START_LIMIT, System, broker_url, data_dir, rookery, stdout};

fn file(dir: &Path, name: &str) -> String {
    std::fs::read_to_string(dir.join(name)).expect("it was written").trim_end().to_owned()
}

/// Of each stream: how far it is, and what it takes and keeps.
async fn state(dir: &Path) -> Vec<String> {
    let client = event_store_nats::connect(&broker_url(dir, "dispatcher"), "test").await.expect("connected");
    let context = async_nats::jetstream::new(client);
    let mut state = Vec::new();
    for stream in
        ["EVENTS_0", "KV_CREDENTIALS_0", "KV_SESSIONS_0", "KV_KEYS_0", "KV_REVOCATIONS_0", "KV_CONSUMERS_0"]
    {
        let stream = context.get_stream(stream).await.expect("it is there");
        let Info { state: at, config, .. } = stream.cached_info();
        let bounds = (config.max_messages, config.max_age, config.discard, &config.subjects);
        state.push(format!("{:?} {bounds:?}", (at.messages, at.first_sequence, at.last_sequence)));
    }
    state
}

const PRIVATE: [&str; 2] = [r#""subject":"$KV.CREDENTIALS_0."#, r#""subject":"$KV.SESSIONS_0."#];

#[tokio::test]
async fn nobody_but_the_dispatcher_reaches_what_is_its_own() {
    let dir = data_dir();
    let system = System::start(dir.path()).await;
    Api::new(&system.url).newcomer("ada", "Ada").await;
    let updates = ["$JS.API.STREAM.UPDATE.", "LOG.API.STREAM.UPDATE."];
    for (url, may) in [
        (file(dir.path(), "log-url"), &["ev.0.dropped.", "ev.0.moderation."][..]),
        (file(dir.path(), "keys-url"), &["$KV.KEYS_0.", "$KV.REVOCATIONS_0."]),
        (file(dir.path(), "jobs-url"), &["$KV.JOBS_0.", "$KV.CONSUMERS_0."]),
        (file(dir.path(), "limits-url"), &updates),
        (broker_url(dir.path(), "reducers"), &[]),
        (broker_url(dir.path(), "relay"), &["$KV.WEBHOOKS_0."]),
    ] {
        let before = state(dir.path()).await;
        let heard = attack(&url, may).await;
        assert_eq!(state(dir.path()).await, before, "{url}");
        assert!(!PRIVATE.iter().any(|private| heard.contains(private)), "{url}: {heard}");
    }
    let nobody = file(dir.path(), "log-url").replace("@", "x@");
    event_store_nats::connect(&nobody, "test").await.expect_err("the password is wrong");
    system.stop().await;
}

#[tokio::test]
async fn secrets_are_readable_by_their_owner_alone() {
    let dir = data_dir();
    let system = System::start(dir.path()).await;
    let mut secrets: Vec<_> =
        ["log-url", "keys-url", "limits-url", "jobs-url", "data-set-url", "analyst-url", "logins"]
            .map(|name| dir.path().join(name))
            .into();
    secrets.extend(
        std::fs::read_dir(dir.path().join("logins")).expect("ours").map(|entry| entry.expect("ours").path()),
    );
    secrets.extend(
        ["keys/signing-key.pem", "nats", "nats/nats.conf", "postgres", "postgres/password"]
            .map(|name| dir.path().join(name)),
    );
    assert!(secrets.len() > 15, "{secrets:?}");
    for path in secrets {
        let mode = std::fs::metadata(&path).expect("it is there").permissions().mode();
        assert_eq!(mode & 0o077, 0, "{}: {mode:o}", path.display());
    }
    system.stop().await;
}

#[tokio::test]
async fn addresses_stay_the_same_and_begin_as_others_expect() {
    let dir = data_dir();
    let system = System::start(dir.path()).await;
    let names = ["log-url", "keys-url", "limits-url", "jobs-url", "data-set-url", "analyst-url"];
    let addresses = || names.map(|name| file(dir.path(), name));
    let before = addresses();
    for url in &before[4..] {
        assert!(url.starts_with("postgresql://"), "{url}");
    }
    system.stop().await;
    let mut system = System::start(dir.path()).await;
    assert_eq!(addresses(), before);
    // Its servers end after it, and the next start waits for their ports.
    system.process.kill();
    let system = System::start(dir.path()).await;
    assert_eq!(addresses(), before);
    system.stop().await;

    // Somebody else has a port: there is another one, and it is kept.
    let taken = std::net::TcpListener::bind(file(dir.path(), "postgres-listen")).expect("nobody has it now");
    let system = System::start(dir.path()).await;
    let after = addresses();
    assert_eq!(after[..4], before[..4]);
    assert_ne!(after[4], before[4]);
    system.stop().await;
    drop(taken);
    let system = System::start(dir.path()).await;
    assert_eq!(addresses(), after);
    system.stop().await;
}

#[tokio::test]
async fn servers_listen_where_the_operator_says() {
    let dir = data_dir();
    let (nats, postgres) = (testkit::free_port(), testkit::free_port());
    let more = [
        ("ROOKERY_NATS_LISTEN", format!("127.0.0.1:{nats}")),
        ("ROOKERY_POSTGRES_LISTEN", format!("0.0.0.0:{postgres}")),
    ];
    let more = more.each_ref().map(|(name, value)| (*name, value.as_str()));
    let system = System::start_with(dir.path(), &more).await;
    assert!(file(dir.path(), "log-url").ends_with(&format!("@127.0.0.1:{nats}")));
    assert!(file(dir.path(), "analyst-url").ends_with(&format!("@127.0.0.1:{postgres}/rookery")));
    let position = system.post("The nightjars are back", "birds").await.expect("it is accepted");
    system.read("/v1/messages", &position).await.expect("it is folded");
    system.stop().await;
}

/// psql comes with Postgres, which the tests need.
#[tokio::test]
async fn an_analyst_asks_in_psql() {
    let dir = data_dir();
    let system = System::start(dir.path()).await;
    let position = system.post("The nightjars are back", "birds").await.expect("it is accepted");
    system.read("/v1/messages", &position).await.expect("it is folded");
    let ask =
        |sql: &str| rookery(dir.path(), &["sql", "--no-psqlrc", "--tuples-only", "--no-align", "-c", sql]);
    assert_eq!(stdout(&ask("select text from messages")).trim_end(), "The nightjars are back");
    let refused = ask("delete from messages");
    assert!(!refused.status.success(), "{refused:?}");
    // Connections are ended and made again by hand; the login stays as it is.
    stdout(&ask("begin read write; alter role current_user password 'mine'; commit"));
    eventually("the password is the old one again", START_LIMIT, async || {
        let asked = ask("select 1");
        if asked.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&asked.stderr).into_owned()) }
    })
    .await;
    system.stop().await;
}
