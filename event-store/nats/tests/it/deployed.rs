//! The users of the broker that deploy/nats/nats.conf describes: who may append what.

use std::time::{Duration, Instant};

use async_nats::jetstream::stream::Info;
use bytes::Bytes;
use domain::{Position, Sequence, Shard};
use event_store::buckets::{
    BUCKETS, CONSUMERS, JOBS, REGISTRATIONS, REVOCATIONS, SIGNING_KEYS, WEBHOOKS, Written,
};
use event_store::conformance::{attack, command, outbox, posted};
use event_store::{AppendError, Dropped, EventLog, Expected, drop_events};
use event_store_nats::{self, JetStreamConfig, JetStreamLog, connect, find_bucket, open_buckets};
use futures::StreamExt;
use testkit::Nats;
use time::OffsetDateTime;

const DEPLOYED: &str = include_str!("../../../../deploy/nats/nats.conf");
const USERS: [&str; 6] = ["dispatcher", "keys", "reducers", "relay", "operator", "jobs"];

/// Its accounts, on a server of the test's own.
async fn broker() -> Nats {
    broker_with("").await
}

/// The same, with accounts of consumers.
pub(crate) async fn broker_with(consumers: &str) -> Nats {
    let accounts = DEPLOYED.find("accounts {").expect("it has accounts");
    let mut config = DEPLOYED[accounts..].to_owned();
    for user in USERS {
        config = config.replace(&format!("${}_PASSWORD", user.to_uppercase()), &format!("\"{user}\""));
    }
    let include = config.lines().find(|line| line.contains("include")).expect("it has one").to_owned();
    config = config.replace(&include, consumers);
    Nats::start_with(&config).await
}

pub(crate) fn url(nats: &Nats, user: &str) -> String {
    nats.url().replace("nats://", &format!("nats://{user}:{user}@"))
}

pub(crate) async fn open(nats: &Nats, user: &str) -> JetStreamLog {
    let mut config = JetStreamConfig::new(url(nats, user), "test");
    config.stream_bytes_max = 256 << 20;
    config.create = user == "dispatcher";
    // A user that may not append gets no answer.
    config.append_deadline = Duration::from_secs(2);
    config.ack_timeout = Duration::from_secs(1);
    JetStreamLog::open(&config).await.expect("opened")
}

pub(crate) async fn post(log: &JetStreamLog) -> Result<Position, AppendError> {
    let command = command();
    let event = posted(log, 1, "a heron", command, Expected::Any);
    Ok(log.append(command, vec![event]).await?.positions[0])
}

#[tokio::test]
async fn an_operator_appends_what_is_given_up_and_readers_append_nothing() {
    let nats = broker().await;
    let dispatcher = open(&nats, "dispatcher").await;
    let bad = post(&dispatcher).await.expect("appended");
    let (operator, reducers) = (open(&nats, "operator").await, open(&nats, "reducers").await);
    let now = OffsetDateTime::UNIX_EPOCH;
    let told = drop_events(&operator, "social", &[bad], None, now).await.expect("appended");
    assert!(told.is_some());
    // More than one event, as a batch.
    let many: Vec<Position> = (1..1_200).filter_map(|at| Position::from_i64(at << 8)).collect();
    drop_events(&operator, "feeds", &many, None, now).await.expect("appended");

    for user in ["operator", "reducers", "relay", "dispatcher"] {
        let log = open(&nats, user).await;
        let head = log.head().await.expect("readable");
        let dropped = Dropped::read(&log, "social").await.expect("readable");
        assert_eq!(dropped.positions().collect::<Vec<_>>(), [bad], "{user}");
        let mut tail = log.tail(Sequence::ZERO).await.expect("followed");
        let mut seen = 0;
        while seen < head.get() {
            seen += tail.next_batch(9).await.expect("it goes on").expect("readable").len() as u64;
        }
    }
    let head = dispatcher.head().await.expect("readable");
    assert!(post(&operator).await.is_err());
    assert!(post(&reducers).await.is_err());
    assert!(drop_events(&reducers, "social", &[bad], None, now).await.is_err());
    assert_eq!(dispatcher.head().await.expect("readable"), head, "nothing came in");
}

#[tokio::test]
async fn the_user_of_the_tools_reaches_three_buckets_and_no_other() {
    let nats = broker().await;
    let log = open(&nats, "dispatcher").await;
    open_buckets(log.write_errors(), Shard(0), 1, 16 << 20).await.expect("the dispatcher makes them");
    let tool = connect(&url(&nats, "keys"), "keys").await.expect("it may connect");
    for kind in [SIGNING_KEYS, REVOCATIONS, REGISTRATIONS] {
        let bucket = find_bucket(tool.clone(), Shard(0), kind).await.expect(kind.name);
        let written = bucket.write("entry", Some(Bytes::from_static(b"{}")), 0).await;
        assert_eq!(written.expect(kind.name), Written::Done);
        assert!(bucket.read("entry").await.expect(kind.name).value.is_some());
    }
    for kind in BUCKETS {
        let is_for_tools =
            [SIGNING_KEYS, REVOCATIONS, REGISTRATIONS].iter().any(|tool| tool.name == kind.name);
        let found = find_bucket(tool.clone(), Shard(0), kind).await;
        assert_eq!(found.is_ok(), is_for_tools, "{}", kind.name);
    }
}

/// Enough for every pull.
const POSTED: u64 = 10;

/// A pull may name any subject to deliver to.
#[tokio::test]
async fn no_pull_delivers_into_the_log() {
    let nats = broker().await;
    let dispatcher = open(&nats, "dispatcher").await;
    for _ in 0..POSTED {
        post(&dispatcher).await.expect("appended");
    }
    for user in ["reducers", "relay", "operator", "jobs"] {
        let client = event_store_nats::connect(&url(&nats, user), "test").await.expect("connected");
        let context = async_nats::jetstream::new(client.clone());
        let stream = context.get_stream_no_info("EVENTS_0").await.expect("there");
        let consumer = stream
            .create_consumer(async_nats::jetstream::consumer::pull::Config {
                name: Some(format!("by-{user}")),
                ..Default::default()
            })
            .await
            .expect("made");
        let name = consumer.cached_info().name.clone();
        let pull = format!("$JS.API.CONSUMER.MSG.NEXT.EVENTS_0.{name}");
        for reply in ["ev.0.outbox.1", "ev.0.dropped.social", "ev.0.moderation.1", "$KV.KEYS_0.x"] {
            client.publish_with_reply(pull.clone(), reply, "1".into()).await.expect("sent");
        }
        client.flush().await.expect("flushed");
        // Once this one is answered, those have had their chance.
        let mut messages = consumer.fetch().max_messages(1).messages().await.expect("asked");
        messages.next().await.expect("one is left").expect("it comes");
    }
    assert_eq!(dispatcher.head().await.expect("readable").get(), POSTED);
}

/// In one answer of several messages to one request, which an import has to allow.
#[tokio::test]
async fn every_reader_sees_the_newest_events_of_many_subjects() {
    let nats = broker().await;
    let dispatcher = open(&nats, "dispatcher").await;
    for author in 1..=40 {
        let command = command();
        let event = posted(&dispatcher, author, "a heron", command, Expected::Any);
        dispatcher.append(command, vec![event]).await.expect("appended");
    }
    let subjects: Vec<_> = (1..=80).map(|author| outbox(&dispatcher, author)).collect();
    for user in ["dispatcher", "reducers", "relay", "operator", "jobs"] {
        let began = Instant::now();
        let found = open(&nats, user).await.last_of_each(&subjects).await.expect("readable");
        assert_eq!(found.len(), 40, "{user}");
        // One by one would do as well, after waiting for what does not come.
        assert!(began.elapsed() < Duration::from_secs(2), "{user}: {:?}", began.elapsed());
    }
}

/// Of each stream: how far it is, and what it takes and keeps.
pub(crate) async fn state(dispatcher: &async_nats::Client) -> Vec<String> {
    let context = async_nats::jetstream::new(dispatcher.clone());
    let mut state = Vec::new();
    for stream in [
        "EVENTS_0",
        "KV_CREDENTIALS_0",
        "KV_SESSIONS_0",
        "KV_KEYS_0",
        "KV_REVOCATIONS_0",
        "KV_JOBS_0",
        "KV_CONSUMERS_0",
        "KV_WEBHOOKS_0",
    ] {
        let stream = context.get_stream(stream).await.expect("it is there");
        let Info { state: at, config, .. } = stream.cached_info();
        let bounds = (config.max_messages, config.max_age, config.discard, &config.subjects);
        state.push(format!("{:?} {bounds:?}", (at.messages, at.first_sequence, at.last_sequence)));
    }
    state
}

/// What the broker says of a message of those buckets.
const PRIVATE: [&str; 2] = [r#""subject":"$KV.CREDENTIALS_0."#, r#""subject":"$KV.SESSIONS_0."#];
/// The same of the relay's.
const OF_THE_RELAY: &str = r#""subject":"$KV.WEBHOOKS_0."#;
/// And of one that the user of the jobs may read.
const OF_JOBS: &str = r#""subject":"$KV.JOBS_0."#;
/// And of one that the relay may read, too.
const OF_CONSUMERS: &str = r#""subject":"$KV.CONSUMERS_0."#;

/// Forging, purging, deleting, reading what lies beside the log, and having answers delivered into either.
#[tokio::test]
async fn nobody_but_the_dispatcher_reaches_what_is_its_own() {
    let nats = broker().await;
    let log = open(&nats, "dispatcher").await;
    let dispatcher = event_store_nats::connect(&url(&nats, "dispatcher"), "test").await.expect("connected");
    let buckets =
        event_store_nats::open_buckets(log.write_errors(), log.shard(), 1, 8 << 20).await.expect("made");
    for bucket in [buckets.credentials, buckets.sessions, buckets.signing_keys, buckets.revocations] {
        bucket.write("kept", Some("secret".into()), 0).await.expect("written");
    }
    let relay = connect(&url(&nats, "relay"), "test").await.expect("connected");
    let webhooks = find_bucket(relay, Shard(0), WEBHOOKS).await.expect("it is the relay's");
    assert_eq!(webhooks.write("kept", Some("secret".into()), 0).await.expect("written"), Written::Done);
    assert!(webhooks.read("kept").await.expect("readable").value.is_some());
    buckets.webhooks.read("kept").await.expect_err("the dispatcher only makes it");
    let jobs = connect(&url(&nats, "jobs"), "test").await.expect("connected");
    for kind in [JOBS, CONSUMERS] {
        let bucket = find_bucket(jobs.clone(), Shard(0), kind).await.expect("made");
        bucket.write("kept", Some("secret".into()), 0).await.expect("written");
    }
    for _ in 0..POSTED {
        post(&log).await.expect("appended");
    }
    for (user, may) in [
        ("reducers", &[][..]),
        ("relay", &["$KV.WEBHOOKS_0."]),
        ("operator", &["ev.0.dropped.", "ev.0.moderation."]),
        ("jobs", &["$KV.JOBS_0.", "$KV.CONSUMERS_0."]),
        ("keys", &["$KV.KEYS_0.", "$KV.REVOCATIONS_0.", "$KV.REGISTRATIONS_0."]),
    ] {
        let before = state(&dispatcher).await;
        let heard = attack(&url(&nats, user), may).await;
        assert_eq!(state(&dispatcher).await, before, "{user}");
        assert!(!PRIVATE.iter().any(|private| heard.contains(private)), "{user}: {heard}");
        assert_eq!(heard.contains(OF_THE_RELAY), user == "relay", "{user}: {heard}");
        assert_eq!(heard.contains(OF_JOBS), user == "jobs", "{user}: {heard}");
        let may_read = ["relay", "jobs"].contains(&user);
        assert_eq!(heard.contains(OF_CONSUMERS), may_read, "{user}: {heard}");
    }
    // The test is able to fail: the dispatcher's user gets there.
    let before = state(&dispatcher).await;
    let heard = attack(&url(&nats, "dispatcher"), &[]).await;
    assert!(!heard.contains(OF_THE_RELAY), "{heard}");
    assert!(PRIVATE.iter().all(|private| heard.contains(private)), "{heard}");
    assert_ne!(state(&dispatcher).await, before);
}
