//! Versions of a projection: made, compared, switched and dropped, while others read and write.

mod compare;
mod readers;

use std::time::Duration;

use data_set::Pool;
use data_set::audit::Audit;
use data_set::versions::{Hold, State, Version, VersionError};
use data_set::write;
use sqlx::AssertSqlSafe;
use testkit::Postgres;

pub(super) const SOCIAL: &str = "social";
pub(super) const LIMIT: Duration = Duration::from_secs(20);

/// A migrated data set, and somebody who may do anything there.
pub(super) struct DataSet {
    pub(super) postgres: Postgres,
    pub(super) pool: Pool,
}

impl DataSet {
    pub(super) async fn start() -> Self {
        let postgres = Postgres::start().await;
        data_set::migrate::migrate(&postgres.url()).await.expect("a new database can be migrated");
        let pool = Pool::connect(&postgres.url()).await.expect("the database is there");
        Self { postgres, pool }
    }

    pub(super) async fn hold(&self) -> Hold {
        // The server lets go of the one before once it notices that its connection is gone.
        testkit::eventually("nobody else holds it", LIMIT, async || {
            Hold::take(&self.postgres.url(), SOCIAL).await.map_err(|error| error.to_string())
        })
        .await
    }

    pub(super) async fn execute(&self, sql: impl Into<String>) {
        let sql = sql.into();
        let done = sqlx::raw_sql(AssertSqlSafe(sql.clone())).execute(&self.pool).await;
        done.unwrap_or_else(|error| panic!("{sql}: {error}"));
    }

    pub(super) async fn texts(&self, sql: impl Into<String>) -> Vec<String> {
        let sql = sql.into();
        let rows = sqlx::query_scalar(AssertSqlSafe(sql.clone())).fetch_all(&self.pool).await;
        rows.unwrap_or_else(|error| panic!("{sql}: {error}"))
    }

    pub(super) fn key(version: i32) -> write::ProjectionKey {
        write::ProjectionKey { projection: SOCIAL, version, shard: 0, lineage: "test".to_owned() }
    }

    /// The first look of a projection worker at its version.
    pub(super) async fn resume(&self, version: i32) -> Result<write::Checkpoint, write::WriteError> {
        write::resume(&self.pool, &Self::key(version)).await
    }
}

/// Everything that the catalog says about a schema's tables, with the schema's own name taken out.
const SHAPE: &str = include_str!("versions/shape.sql");

#[tokio::test]
async fn a_new_version_has_the_shape_of_the_published_one() {
    let data_set = DataSet::start().await;
    data_set.execute("comment on table social_v1.message is 'It''s here'").await;
    data_set
        .execute("create index message_extra on social_v1.message (lower(text)) with (fillfactor = 60)")
        .await;
    for projection in ["social", "feeds", "history"] {
        let mut hold = Hold::take(&data_set.postgres.url(), projection).await.expect("nobody else holds it");
        assert_eq!(hold.make_next(1).await.expect("made"), 2);
        let shape = async |version| {
            let schema = write::schema(projection, version);
            data_set.texts(SHAPE.replace("SCHEMA", &schema)).await
        };
        let (old, new) = (shape(1).await, shape(2).await);
        assert!(old.len() > 30, "{old:#?}");
        assert_eq!(new, old);
    }
}

#[tokio::test]
async fn what_a_copy_would_lose_is_refused() {
    let data_set = DataSet::start().await;
    data_set.execute("create view social_v1.odd as select id from social_v1.message").await;
    data_set.execute("create sequence social_v1.counter").await;
    let refusal = data_set.hold().await.make_next(1).await.expect_err("there is more than tables");
    assert!(
        matches!(&refusal, VersionError::NotCopied { lost, .. }
        if lost.contains("relation odd") && lost.contains("relation counter")),
        "{refusal:?}"
    );
    assert_eq!(
        data_set.texts("select nspname::text from pg_namespace where nspname = 'social_v2'").await.len(),
        0
    );
}

#[tokio::test]
async fn one_operator_at_a_time_and_a_dead_one_holds_nothing() {
    let data_set = DataSet::start().await;
    let first = data_set.hold().await;
    let refusal = Hold::take(&data_set.postgres.url(), SOCIAL).await.expect_err("it is held");
    assert!(matches!(refusal, VersionError::Held(_)), "{refusal:?}");
    Hold::take(&data_set.postgres.url(), "feeds").await.expect("another projection is another matter");
    drop(first);
    testkit::eventually("the server notices", std::time::Duration::from_secs(20), || async {
        Hold::take(&data_set.postgres.url(), SOCIAL).await.map(drop).map_err(|error| error.to_string())
    })
    .await;
}

#[tokio::test]
async fn a_version_behind_the_published_one_is_not_published() {
    let data_set = DataSet::start().await;
    let mut hold = data_set.hold().await;
    let next = hold.make_next(1).await.expect("made");
    for version in [1, next] {
        data_set.resume(version).await.expect("a checkpoint");
    }
    data_set.execute("update control.checkpoint set position = 512 where version = 1").await;
    let switch = hold.begin_switch(1).await.expect("begun");
    assert_eq!(switch.position, 512);
    let refusal = switch.publish(next).await.expect_err("it is behind");
    assert!(matches!(refusal, VersionError::Behind { position: 0, needed: 512, .. }), "{refusal:?}");
    let published = Version { projection: SOCIAL.to_owned(), version: 1, state: State::Published };
    assert_eq!(hold.versions().await.expect("readable")[0], published);
}

#[tokio::test]
async fn a_repair_waits_for_a_switch_and_repairs_what_is_published_then() {
    let (data_set, next) = readers::two_versions().await;
    let mut hold = data_set.hold().await;
    let switch = hold.begin_switch(1).await.expect("begun");
    let pool = data_set.pool.clone();
    let mending = tokio::spawn(async move { Audit::lock(&pool, SOCIAL, 0).await });
    let waiting =
        "select 'waits' from pg_stat_activity where wait_event_type = 'Lock' and query like '%for update%'";
    testkit::eventually("the mender waits for the checkpoint", LIMIT, || async {
        let waiting = data_set.texts(waiting).await;
        if waiting.len() == 1 { Ok(()) } else { Err(format!("{waiting:?}; {mending:?}")) }
    })
    .await;
    switch.publish(next).await.expect("published");
    let audit = mending.await.expect("no panic").expect("locked");
    assert_eq!(audit.version(), next);
    audit.leave().await.expect("left");
}

#[tokio::test]
async fn a_dropped_version_is_gone_and_never_comes_again() {
    let data_set = DataSet::start().await;
    let mut hold = data_set.hold().await;
    let next = hold.make_next(1).await.expect("made");
    data_set.resume(next).await.expect("a checkpoint");
    hold.drop_version(1).await.expect_err("it is published");

    data_set.execute(format!("create view public.spying as select id from social_v{next}.message")).await;
    hold.drop_version(next).await.expect_err("somebody's view shows it");
    data_set.resume(next).await.expect("nothing has changed");
    data_set.execute("drop view public.spying").await;

    hold.drop_version(next).await.expect("dropped");
    data_set.resume(next).await.expect_err("its worker finds nothing to go on with");
    let left = "select projection || version from control.checkpoint where version = 2
        union all select nspname from pg_namespace where nspname = 'social_v2'";
    assert_eq!(data_set.texts(left).await, [] as [String; 0]);
    assert_eq!(hold.make_next(1).await.expect("made"), next + 1);
}

/// As the installation with separate services has it (deploy/postgres).
#[tokio::test]
async fn the_owner_of_the_database_needs_no_other_rights() {
    let data_set = DataSet::start().await;
    data_set.execute("create role owner login; create role guest login in role rookery_reducer").await;
    data_set.execute("create database owned owner owner").await;
    let url = |user: &str| format!("postgres://{user}@127.0.0.1:{}/owned", data_set.postgres.port());
    data_set::migrate::migrate(&url("owner")).await.expect("migrated");
    let root = Pool::connect(&data_set.postgres.url_of("owned")).await.expect("the database is there");
    sqlx::raw_sql(include_str!("../../src/logins/narrow.sql")).execute(&root).await.expect("narrowed");
    let grant = "grant execute on function pg_try_advisory_lock(integer, integer) to owner";
    sqlx::raw_sql(grant).execute(&root).await.expect("granted");

    let mut hold = Hold::take(&url("owner"), SOCIAL).await.expect("nobody else holds it");
    let next = hold.make_next(1).await.expect("made");
    hold.tidy(next).await.expect("tidied");
    hold.set_state(next, State::Standby).await.expect("it may");
    for version in [1, next] {
        let pool = write::connect(&url("guest"), "test", &write::schema(SOCIAL, version)).expect("a URL");
        write::resume(&pool, &DataSet::key(version)).await.expect("a checkpoint");
        for table in ["message", "message_count"] {
            let sql = format!("delete from {table}");
            sqlx::query(AssertSqlSafe(sql)).execute(&pool).await.expect("reducers may write both");
        }
    }
    hold.begin_switch(1).await.expect("begun").publish(next).await.expect("published");
    hold.drop_version(1).await.expect("dropped");
}
