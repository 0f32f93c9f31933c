//! The buckets, which run the suite that those on the broker run.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use domain::{Position, Shard};
use event_store::buckets::{Bucket, BucketError, SIGNING_KEYS, Written};
use event_store::{Buckets, Dropped, EventLog, conformance, drop_events};
use event_store_postgres::{PostgresLog, find_bucket};
use sqlx::{Connection, PgConnection};
use testkit::eventually;
use time::OffsetDateTime;

use crate::support::{config, connection, open, post, run, server};

const LIMIT: Duration = Duration::from_secs(20);

#[tokio::test]
async fn buckets_keep_their_promises() {
    let server = server().await;
    let log = open(&server).await;
    conformance::bucket_keeps_its_promises(Arc::new(log.bucket("TEST", None))).await;
}

#[tokio::test]
async fn what_has_expired_was_never_written_and_is_swept_away() {
    let server = server().await;
    let log = open(&server).await;
    entries_expire(&log.bucket("SHORT", Some(Duration::from_millis(200)))).await;
    // Who opens the buckets sweeps first.
    let _buckets = log.buckets();
    eventually("the old entry is removed", LIMIT, async || {
        let mut connection = connection(&server.url()).await;
        let left: i64 = sqlx::query_scalar("select count(*) from entry where key = 'old'")
            .fetch_one(&mut connection)
            .await
            .map_err(|error| error.to_string())?;
        if left == 0 { Ok(()) } else { Err(format!("{left} are left")) }
    })
    .await;
}

async fn entries_expire(bucket: &dyn Bucket) {
    for key in ["old", "again"] {
        let written = bucket.write(key, Some("1".into()), 0).await.expect("it answers");
        assert_eq!(written, Written::Done);
    }
    let first = bucket.read("again").await.expect("it reads").revision;
    eventually("both expire", LIMIT, async || match bucket.read("again").await {
        Ok(entry) if entry.revision == 0 => Ok(()),
        other => Err(format!("{other:?}")),
    })
    .await;
    let late = bucket.write("again", Some("2".into()), first).await.expect("it answers");
    assert_eq!(late, Written::Conflict, "what expired is not replaced");
    assert_eq!(bucket.write("again", Some("2".into()), 0).await.expect("it answers"), Written::Done);
}

#[tokio::test]
async fn buckets_survive_a_crash_and_tell_while_the_server_is_away() {
    let mut server = server().await;
    let bucket = open(&server).await.buckets().credentials;
    let written = bucket.write("7", Some(Bytes::from_static(b"kept")), 0).await;
    assert_eq!(written.expect("it writes"), Written::Done);
    server.kill().await;
    let away = bucket.read("7").await;
    assert!(matches!(away, Err(BucketError::Unavailable { .. })), "{away:?}");
    server.restart().await;
    let found =
        eventually("it is back", LIMIT, async || bucket.read("7").await.map_err(|error| error.to_string()))
            .await;
    assert_eq!(found.value, Some(Bytes::from_static(b"kept")));
}

#[tokio::test]
async fn a_tool_finds_the_keys_once_a_dispatcher_made_one() {
    let server = server().await;
    assert!(find_bucket(&server.url(), Shard(0), SIGNING_KEYS).await.is_err());
    let log = PostgresLog::open(&config(&server)).await.expect("the log opens");
    assert!(find_bucket(&server.url(), Shard(0), SIGNING_KEYS).await.is_err());
    let ring = Bytes::from_static(b"{}");
    log.buckets().signing_keys.write("ring", Some(ring.clone()), 0).await.expect("it writes");
    let found = find_bucket(&server.url(), Shard(0), SIGNING_KEYS).await.expect("it is there");
    assert_eq!(found.read("ring").await.expect("it reads").value, Some(ring));
}

#[tokio::test]
async fn nobody_sees_a_secret_without_being_the_dispatcher() {
    use event_store_postgres::users::{Group, User, ensure};

    let server = server().await;
    let log = open(&server).await;
    let user = |name: &str, group| User { name: name.to_owned(), password: "p".to_owned(), group };
    let users = [
        user("writer", Group::Writer),
        user("reader", Group::Reader),
        user("operator", Group::Operator),
        user("keys", Group::Keys),
        user("jobs", Group::Jobs),
        user("relay", Group::Relay),
    ];
    ensure(&server.url(), &users).await.expect("they are made");
    ensure(&server.url(), &users).await.expect("again is no error");
    post(&log, 7, "one").await.expect("appended");

    let url = |name: &str| server.url().replace("postgres@", &format!("{name}:p@"));
    let as_user = async |name: &str| {
        let mut config = config(&server);
        (config.url, config.create) = (url(name), false);
        PostgresLog::open(&config).await.expect("it opens")
    };
    let writer = as_user("writer").await;
    assert_eq!(post(&writer, 7, "two").await.expect("appended"), 2);
    let Buckets {
        credentials,
        sessions,
        signing_keys,
        attempts,
        owners,
        revocations,
        mails,
        registrations,
        jobs,
        consumers,
        webhooks,
    } = writer.buckets();
    for bucket in [
        credentials,
        sessions,
        signing_keys,
        attempts,
        owners,
        revocations,
        mails,
        registrations,
        jobs,
        consumers,
        webhooks,
    ] {
        conformance::bucket_keeps_its_promises(bucket).await;
    }
    let reader = as_user("reader").await;
    both_events_are_read(&reader).await;
    both_events_are_read(&as_user("jobs").await).await;
    both_events_are_read(&as_user("relay").await).await;
    let refused = post(&reader, 7, "three").await;
    assert!(matches!(refused, Err(event_store::AppendError::Refused(_))), "{refused:?}");

    let operator = as_user("operator").await;
    let refused = post(&operator, 7, "three").await;
    assert!(matches!(refused, Err(event_store::AppendError::Refused(_))), "{refused:?}");
    let bad = Position::from_i64(256).expect("positive");
    let told = drop_events(&operator, "social", &[bad], None, OffsetDateTime::UNIX_EPOCH).await;
    assert!(told.expect("this it may append").is_some());
    let dropped = Dropped::read(&reader, "social").await.expect("readable");
    assert_eq!(dropped.positions().collect::<Vec<_>>(), [bad]);

    for name in ["reader", "operator"] {
        let mut reading = connection(&url(name)).await;
        let refused = run(&mut reading, "select * from entry").await.expect_err("it may not");
        assert!(refused.contains("permission denied"), "{refused}");
    }
    let mut reading = connection(&url("reader")).await;
    for sql in ["update log set head = 9", "select nextval('entry_revision')"] {
        let refused = run(&mut reading, sql).await.expect_err("it may not");
        assert!(refused.contains("permission denied"), "{sql}: {refused}");
    }
    let seen = "select array_agg(distinct bucket order by bucket) from entry";
    for (name, expected) in [
        ("keys", &["KEYS", "REVOCATIONS"][..]),
        ("relay", &["CONSUMERS", "WEBHOOKS"]),
        ("jobs", &["CONSUMERS", "JOBS"]),
    ] {
        let mut reading = connection(&url(name)).await;
        let seen: Vec<String> = sqlx::query_scalar(seen).fetch_one(&mut reading).await.expect("it may");
        assert_eq!(seen, expected, "{name}");
    }
    for (sql, refusal) in [
        ("select * from events", "permission denied"),
        ("delete from entry", "permission denied"),
        (
            "insert into entry (shard, bucket, key, revision) values (0, 'CREDENTIALS', '7', 1)",
            "row-level security",
        ),
        ("update entry set bucket = 'CREDENTIALS' where bucket = 'KEYS'", "row-level security"),
    ] {
        let refused = run(&mut connection(&url("keys")).await, sql).await.expect_err("it may not");
        assert!(refused.contains(refusal), "{sql}: {refused}");
    }
    let find = async |kind| find_bucket(&url("keys"), Shard(0), kind).await;
    assert!(find(SIGNING_KEYS).await.is_ok());
    assert!(find(event_store::buckets::CREDENTIALS).await.is_err());

    let (jobs, consumers) = (event_store::buckets::JOBS, event_store::buckets::CONSUMERS);
    for (name, kind) in [("jobs", jobs), ("jobs", consumers), ("relay", event_store::buckets::WEBHOOKS)] {
        let bucket = find_bucket(&url(name), Shard(0), kind).await.expect("it is there");
        assert_eq!(bucket.write("digest.1", Some("1".into()), 0).await.expect("it may"), Written::Done);
        assert_eq!(bucket.read("digest.1").await.expect("it may").value, Some("1".into()));
    }
    for (sql, refusal) in [
        ("update log set head = 9", "permission denied"),
        ("update events set payload = '1'", "permission denied"),
        ("insert into entry (shard, bucket, key, revision) values (0, 'KEYS', '7', 1)", "row-level security"),
    ] {
        for name in ["jobs", "relay"] {
            let refused = run(&mut connection(&url(name)).await, sql).await.expect_err("it may not");
            assert!(refused.contains(refusal), "{name}: {sql}: {refused}");
        }
    }

    let sql = "insert into entry (shard, bucket, key, revision) values (0, 'CONSUMERS', '7', 1)";
    let refused = run(&mut connection(&url("relay")).await, sql).await.expect_err("it only looks");
    assert!(refused.contains("row-level security"), "{refused}");

    let mut writing = connection(&url("writer")).await;
    for sql in
        ["update events set payload = '1'", "delete from events", "update log set id = gen_random_uuid()"]
    {
        let refused = run(&mut writing, sql).await.expect_err("it may not");
        assert!(refused.contains("permission denied"), "{sql}: {refused}");
    }
    for name in ["writer", "operator"] {
        let mut counting = connection(&url(name)).await;
        for sql in [
            "update log set head = head + 5",
            "update log set head = head - 1",
            "update log set bytes = bytes + 1",
            "update log set bytes = 0",
        ] {
            let refused = run(&mut counting, sql).await.expect_err("nothing was appended");
            assert!(refused.contains("counts its events"), "{name}: {sql}: {refused}");
        }
    }
    run(&mut connection(&server.url()).await, "create role stranger login").await.expect("it is made");
    let stranger = PgConnection::connect(&url("stranger")).await;
    assert!(stranger.is_err_and(|error| error.to_string().contains("permission denied")));
}

async fn both_events_are_read(log: &dyn EventLog) {
    let head = log.head().await.expect("it reads");
    assert_eq!(head.get(), 2);
    let mut tail = log.tail(domain::Sequence::ZERO).await.expect("it follows");
    let mut seen = 0;
    while seen < 2 {
        seen += tail.next_batch(9).await.expect("it goes on").expect("it reads").len();
    }
}
