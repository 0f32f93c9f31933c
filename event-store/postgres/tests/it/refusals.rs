//! What the log refuses: another log, a server that can lose events, an edit of history, more than its bound.

use domain::Sequence;
use event_store::{AppendError, EventLog, Expected, Lineage, OpenError, ReadError, conformance};
use event_store_postgres::PostgresLog;
use testkit::Postgres;

use crate::support::{config, connection, open, post, run, server};

#[tokio::test]
async fn a_log_that_is_not_the_one_remembered_is_refused() {
    let server = server().await;
    let log = open(&server).await;
    let mut remembering = config(&server);
    remembering.lineage = Some(log.lineage());
    PostgresLog::open(&remembering).await.expect("the same log is accepted");
    remembering.lineage = Some(Lineage("another".into()));
    let refused = PostgresLog::open(&remembering).await;
    assert!(matches!(refused, Err(OpenError::OtherLineage { .. })), "{refused:?}");
}

#[tokio::test]
async fn a_log_that_is_not_there_is_refused_where_none_is_to_be_made() {
    let server = server().await;
    let mut finding = config(&server);
    finding.create = false;
    assert!(matches!(PostgresLog::open(&finding).await, Err(OpenError::Unavailable(_))));
    open(&server).await;
    PostgresLog::open(&finding).await.expect("it is there");
}

const REPLACE: &str = "alter table log disable trigger no_edits; alter table events disable trigger no_edits; \
     truncate log, events; insert into log (shard) values (0); \
     alter table log enable always trigger no_edits; alter table events enable always trigger no_edits";

#[tokio::test]
async fn a_log_that_was_replaced_while_open_is_noticed_and_takes_nothing_more() {
    let server = server().await;
    let log = open(&server).await;
    post(&log, 1, "old").await.expect("appended");
    let mut following = log.tail(Sequence::ZERO).await.expect("followed");
    following.next_batch(1).await.expect("it goes on").expect("an event");
    run(&mut connection(&server.url()).await, REPLACE).await.expect("a superuser can");

    let command = conformance::command();
    let refused = log.append(command, vec![conformance::posted(&log, 1, "x", command, Expected::Any)]).await;
    assert!(matches!(refused, Err(AppendError::Refused(_))), "{refused:?}");
    let head = log.head().await;
    assert!(matches!(head, Err(ReadError::OtherLineage { .. })), "{head:?}");
    let tail = log.tail(Sequence::ZERO).await.map(drop);
    assert!(matches!(tail, Err(ReadError::OtherLineage { .. })), "{tail:?}");
    let ended = following.next_batch(1).await.expect("it tells why");
    assert!(matches!(ended, Err(ReadError::OtherLineage { .. })), "{ended:?}");
    assert_ne!(open(&server).await.lineage(), log.lineage());
}

#[tokio::test]
async fn history_cannot_be_edited() {
    let server = server().await;
    let log = open(&server).await;
    post(&log, 1, "kept").await.expect("appended");
    let mut owner = connection(&server.url()).await;
    for sql in [
        "update events set payload = '{}'",
        "delete from events",
        "truncate events",
        "delete from log",
        "truncate log",
        "set session_replication_role = replica; delete from events",
        "insert into events select (jsonb_populate_record(e, '{\"shard\": 0}')).* from events as e",
    ] {
        run(&mut owner, sql).await.expect_err(sql);
    }
    let kept = log.read(Sequence::new(1).expect("small")).await.expect("readable");
    assert!(kept.is_some_and(|event| event.envelope.is_some()));
}

#[tokio::test]
async fn a_hole_in_the_log_ends_a_tail_and_is_never_passed_over() {
    let server = server().await;
    let log = open(&server).await;
    for text in ["one", "two", "three"] {
        post(&log, 1, text).await.expect("appended");
    }
    let hole = "alter table events disable trigger no_edits; delete from events where sequence = 2; \
         alter table events enable always trigger no_edits";
    run(&mut connection(&server.url()).await, hole).await.expect("a superuser can");
    let mut tail = log.tail(Sequence::ZERO).await.expect("followed");
    let mut events = Vec::new();
    let error = loop {
        match tail.next_batch(1).await.expect("it tells") {
            Ok(batch) => events.extend(batch),
            Err(error) => break error,
        }
    };
    assert_eq!(events.len(), 1);
    assert!(matches!(error, ReadError::Gap { expected: 2, found: 3 }), "{error:?}");
}

#[tokio::test]
async fn a_server_that_can_lose_events_is_refused_with_every_reason() {
    // As tests of other things have it: without fsync.
    let server = Postgres::start().await;
    event_store_postgres::migrate(&server.url()).await.expect("the tables are made");
    let damage = "drop trigger no_edits on events; insert into log (shard, head) values (0, 5)";
    run(&mut connection(&server.url()).await, damage).await.expect("a superuser can");
    match PostgresLog::open(&config(&server)).await {
        Err(OpenError::CanLoseEvents { problems, .. }) => {
            for word in ["fsync", "full_page_writes", "no_edits", "log.head"] {
                assert!(problems.iter().any(|problem| problem.contains(word)), "{word}: {problems:?}");
            }
        }
        other => panic!("opened: {other:?}"),
    }
}

#[tokio::test]
async fn a_full_log_refuses_definitely_and_keeps_what_it_has() {
    let server = server().await;
    let mut small = config(&server);
    small.bytes_max = 10_000;
    let log = PostgresLog::open(&small).await.expect("the log opens");
    let mut appended = 0;
    let refused = loop {
        match post(&log, 1, &"x".repeat(200)).await {
            Ok(_) => appended += 1,
            Err(error) => break error,
        }
        assert!(appended < 1_000, "10 kB never fill up");
    };
    assert!(matches!(refused, AppendError::Full(_)) && appended > 3, "{appended}: {refused:?}");
    assert_eq!(log.head().await.expect("a head").get(), appended);
}

/// What Postgres does not take as JSON, although it looks like some, is refused, and nobody beside it.
#[tokio::test]
async fn an_event_that_the_database_refuses_takes_nobody_with_it() {
    let server = server().await;
    let log = open(&server).await;
    let command = conformance::command();
    let mut deep = conformance::posted(&log, 1, "x", command, Expected::Any);
    deep.data = ["[".repeat(200_000), "]".repeat(200_000)].concat().into();
    let (refused, beside) = tokio::join!(log.append(command, vec![deep]), post(&log, 2, "beside"));
    assert!(matches!(refused, Err(AppendError::Refused(_))), "{refused:?}");
    beside.expect("appended");
    assert_eq!(log.head().await.expect("a head").get(), 1);
}

#[tokio::test]
async fn a_log_of_a_later_release_is_refused() {
    let server = server().await;
    open(&server).await;
    let later = "insert into _sqlx_migrations (version, description, success, checksum, execution_time) \
         values (9999, 'later', true, '', 0)";
    run(&mut connection(&server.url()).await, later).await.expect("a superuser can");
    let refused = PostgresLog::open(&config(&server)).await;
    assert!(matches!(refused, Err(OpenError::OtherFormat { .. })), "{refused:?}");
}
