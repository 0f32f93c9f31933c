//! What each user can and cannot do, by trying it.

use sqlx::{Connection, PgConnection};
use testkit::Postgres;

use super::{Group, Login, ensure};
use crate::migrate::migrate;

const PASSWORD: &str = "it's a \"secret\"";

struct DataSet {
    postgres: Postgres,
}

impl DataSet {
    async fn with(group: Group) -> Self {
        let postgres = Postgres::start().await;
        migrate(&postgres.url()).await.expect("an empty database can be migrated");
        let login = Login { name: "guest".to_owned(), password: PASSWORD.to_owned(), group };
        for _twice_is_once in 0..2 {
            ensure(&postgres.url(), std::slice::from_ref(&login)).await.expect("the test is a superuser");
        }
        Self { postgres }
    }

    async fn guest(&self) -> PgConnection {
        let url = format!("postgresql://guest@127.0.0.1:{}/rookery", self.postgres.port());
        PgConnection::connect(&url).await.expect("tests connect without a password")
    }
}

/// The SQLSTATE with which the server refuses a statement; `None` when it carries it out.
async fn refusal(connection: &mut PgConnection, sql: &'static str) -> Option<String> {
    let error = sqlx::raw_sql(sql).execute(connection).await.err()?;
    Some(error.as_database_error().and_then(|error| error.code()).expect("it has a code").into_owned())
}

const INSUFFICIENT_PRIVILEGE: &str = "42501";
const READ_ONLY_TRANSACTION: &str = "25006";
const READ_WRITE: &str = "set default_transaction_read_only = off";
const WRITES: [&str; 7] = [
    "insert into control.checkpoint (projection, version, shard, lineage) values ('social', 1, 0, 'x')",
    "delete from social_v1.message",
    "truncate social_v1.message",
    "create table published.mine (id int)",
    "create table public.mine (id int)",
    "create temporary table mine (id int)",
    "update control.projection set state = 'standby'",
];

#[tokio::test]
async fn an_analyst_reads_what_is_published() {
    let data_set = DataSet::with(Group::Analyst).await;
    let mut guest = data_set.guest().await;
    for sql in [
        "select * from published.messages",
        "select * from published.message_tags",
        "select * from published.tag_counts",
        "select * from published.projections",
        // Found without their schema, too.
        "select * from messages",
    ] {
        assert_eq!(refusal(&mut guest, sql).await, None, "{sql}");
    }
}

#[tokio::test]
async fn the_query_api_alone_reads_what_accounts_keep_to_themselves() {
    const BOOKMARKS: &str = "select * from served.bookmarks";
    let query_api = DataSet::with(Group::QueryApi).await;
    let mut guest = query_api.guest().await;
    for sql in [BOOKMARKS, "select * from published.messages", "select version from _sqlx_migrations"] {
        assert_eq!(refusal(&mut guest, sql).await, None, "{sql}");
    }
    let behind = refusal(&mut guest, "select * from social_v1.bookmarked").await;
    assert_eq!(behind.as_deref(), Some(INSUFFICIENT_PRIVILEGE));
    let analyst = DataSet::with(Group::Analyst).await;
    let refused = refusal(&mut analyst.guest().await, BOOKMARKS).await;
    assert_eq!(refused.as_deref(), Some(INSUFFICIENT_PRIVILEGE));
}

#[tokio::test]
async fn an_analyst_sees_nothing_behind_what_is_published() {
    let data_set = DataSet::with(Group::Analyst).await;
    let mut guest = data_set.guest().await;
    for sql in [
        "select * from social_v1.message",
        "select * from control.checkpoint",
        "select * from control.parked_event",
        "select * from served.notifications",
        "select * from guard.login",
        "select guard.restrain()",
        "select version from public._sqlx_migrations",
        "select * from pg_authid",
    ] {
        assert_eq!(refusal(&mut guest, sql).await.as_deref(), Some(INSUFFICIENT_PRIVILEGE), "{sql}");
    }
}

#[tokio::test]
async fn an_analyst_cannot_write_even_outside_of_read_only_transactions() {
    let data_set = DataSet::with(Group::Analyst).await;
    let mut guest = data_set.guest().await;
    let refused = refusal(&mut guest, WRITES[0]).await;
    assert!(refused.is_some_and(|code| code == INSUFFICIENT_PRIVILEGE || code == READ_ONLY_TRANSACTION));
    assert_eq!(refusal(&mut guest, "create sequence mine").await.as_deref(), Some(READ_ONLY_TRANSACTION));

    assert_eq!(refusal(&mut guest, READ_WRITE).await, None);
    for sql in WRITES {
        assert_eq!(refusal(&mut guest, sql).await.as_deref(), Some(INSUFFICIENT_PRIVILEGE), "{sql}");
    }
}

#[tokio::test]
async fn an_analyst_cannot_fill_the_disk_or_hold_locks() {
    let data_set = DataSet::with(Group::Analyst).await;
    let mut guest = data_set.guest().await;
    assert_eq!(refusal(&mut guest, READ_WRITE).await, None);
    for sql in [
        "select lo_create(0)",
        "select lo_from_bytea(0, 'x')",
        "select pg_advisory_lock(1)",
        "select pg_try_advisory_xact_lock_shared(1, 2)",
        "select pg_logical_emit_message(false, 'x', 'y')",
        "set temp_file_limit = -1",
        "alter role guest connection limit -1",
        "alter role guest set temp_file_limit = -1",
    ] {
        assert_eq!(refusal(&mut guest, sql).await.as_deref(), Some(INSUFFICIENT_PRIVILEGE), "{sql}");
    }
}

#[tokio::test]
async fn reducer_writes_rows_and_no_schema() {
    let data_set = DataSet::with(Group::Reducer).await;
    let mut guest = data_set.guest().await;
    assert_eq!(refusal(&mut guest, WRITES[0]).await, None);
    assert_eq!(refusal(&mut guest, WRITES[1]).await, None);
    for sql in &WRITES[2..] {
        assert_eq!(refusal(&mut guest, sql).await.as_deref(), Some(INSUFFICIENT_PRIVILEGE), "{sql}");
    }
}
