use data_set::migrate::{may_read_for_accounts, migrate, schema_is_current};
use data_set::pool::{PoolOptions, connect};
use data_set::read;
use data_set::versions::Hold;
use sqlx::migrate::Migrator;
use testkit::Postgres;

static ALL: Migrator = sqlx::migrate!("../../migrations");
/// The last one that was written for the first version of each projection.
const BEFORE_VERSIONS: i64 = 79;

#[tokio::test]
async fn several_processes_may_migrate_at_once_and_again() {
    let postgres = Postgres::start().await;
    let pool = connect(&postgres.url(), &PoolOptions::reader("test", 1)).expect("the address is good");
    assert!(!schema_is_current(&pool).await.expect("the database answers"));
    let (url, again) = (postgres.url(), postgres.url());
    let (one, other) = tokio::join!(migrate(&url), migrate(&again));
    one.expect("one of them does it");
    other.expect("the other one finds it done");
    assert!(schema_is_current(&pool).await.expect("the database answers"));
    migrate(&url).await.expect("there is nothing left to do");
    assert_eq!(read::position(&pool).await.expect("the views are there"), 0);
}

#[tokio::test]
async fn a_migration_with_other_contents_is_not_ours() {
    let postgres = Postgres::start().await;
    migrate(&postgres.url()).await.expect("a new database can be migrated");
    let pool = connect(&postgres.url(), &PoolOptions::reader("test", 1)).expect("the address is good");
    let more = "insert into _sqlx_migrations (version, description, success, checksum, execution_time)
        values (999999, 'from the future', true, '', 0)";
    sqlx::query(more).execute(&pool).await.expect("the table is there");
    assert!(schema_is_current(&pool).await.expect("the database answers"), "a newer schema works too");
    let other = "update _sqlx_migrations set checksum = '' where version = 1";
    sqlx::query(other).execute(&pool).await.expect("the table is there");
    assert!(!schema_is_current(&pool).await.expect("the database answers"));
}

/// A bookmark is private, and who reported something; so is their event where it could not be folded, even where nobody
/// can read what it is.
#[tokio::test]
async fn parked_events_of_what_accounts_keep_to_themselves_are_not_published() {
    let postgres = Postgres::start().await;
    migrate(&postgres.url()).await.expect("a new database can be migrated");
    let pool = connect(&postgres.url(), &PoolOptions::reader("test", 1)).expect("the address is good");
    let parked = "insert into control.parked_event
        (projection, version, shard, position, subject, event_type, reason, detail, exclusive_keys, shared_keys)
        select 'social', 1, 0, n, 'ev.0.' || kind || '.7', happened, 'waiting', '', '{}', '{}'
        from unnest(
            array['reactions', 'reactions', 'reactions', 'reactions', 'blocks', 'graph', 'reports', 'reports', 'inbox', 'outbox'],
            array['rookery.message.liked.v1', 'rookery.message.bookmarked.v1', 'rookery.message.unbookmarked.v1',
                'rookery.message.unliked.v1', 'rookery.account.unblocked.v1', 'rookery.account.muted.v1',
                'rookery.report.filed.v1', '', 'rookery.notifications.read.v1', '']
        ) with ordinality as event (kind, happened, n)";
    sqlx::query(parked).execute(&pool).await.expect("parked");
    let seen = "select array_agg(event_type order by position) from published.parked_events";
    let seen: Vec<String> = sqlx::query_scalar(seen).fetch_one(&pool).await.expect("read");
    assert_eq!(seen, ["rookery.message.liked.v1", "rookery.message.unliked.v1", ""]);
}

#[tokio::test]
async fn what_accounts_keep_to_themselves_is_read_for_them_alone() {
    let postgres = Postgres::start().await;
    migrate(&postgres.url()).await.expect("a new database can be migrated");
    let owner = connect(&postgres.url(), &PoolOptions::reader("test", 1)).expect("the address is good");
    for (user, group, may) in [("api", "rookery_query_api", true), ("analyst", "rookery_analyst", false)] {
        let made = format!("create role {user} login password 'p' in role {group}");
        sqlx::query(sqlx::AssertSqlSafe(made)).execute(&owner).await.expect("made");
        let url = postgres.url().replace("postgres@", &format!("{user}:p@"));
        let pool = connect(&url, &PoolOptions::reader("test", 1)).expect("the address is good");
        assert_eq!(may_read_for_accounts(&pool).await.expect("it says"), may, "{user}");
    }
}

/// Who published another version, and dropped the first one, gets later migrations, too, in every version there is.
#[tokio::test]
async fn later_migrations_find_whichever_versions_there_are() {
    let postgres = Postgres::start().await;
    let earlier = ALL.iter().filter(|migration| migration.version <= BEFORE_VERSIONS).cloned();
    let earlier = Migrator { migrations: earlier.collect(), ..Migrator::DEFAULT };
    postgres_kit::migrate(&postgres.url(), &earlier).await.expect("a new database can be migrated");
    for projection in ["social", "feeds", "history"] {
        let mut hold = Hold::take(&postgres.url(), projection).await.expect("nobody else holds it");
        assert_eq!(hold.make_next(1).await.expect("made"), 2);
        let switch = hold.begin_switch(1).await.expect("begun");
        switch.publish(2).await.expect("published");
        hold.drop_version(1).await.expect("dropped");
        assert_eq!(hold.make_next(2).await.expect("made"), 3);
    }
    migrate(&postgres.url()).await.expect("the others can be applied");
    let pool = connect(&postgres.url(), &PoolOptions::reader("test", 1)).expect("the address is good");
    assert!(schema_is_current(&pool).await.expect("the database answers"));
    let indexes = "select count(*) from pg_indexes where schemaname = $1";
    let mut counted = Vec::new();
    for schema in ["social_v2", "social_v3", "history_v2", "history_v3"] {
        let count: i64 = sqlx::query_scalar(indexes).bind(schema).fetch_one(&pool).await.expect("counted");
        counted.push(count);
    }
    assert_eq!((counted[0], counted[2]), (counted[1], counted[3]), "one version is as the other");
    let fresh = Postgres::start().await;
    migrate(&fresh.url()).await.expect("a new database can be migrated");
    let pool_of_fresh = connect(&fresh.url(), &PoolOptions::reader("test", 1)).expect("the address is good");
    for (schema, count) in [("social_v1", counted[0]), ("history_v1", counted[2])] {
        let expected: i64 =
            sqlx::query_scalar(indexes).bind(schema).fetch_one(&pool_of_fresh).await.expect("counted");
        assert_eq!(count, expected, "{schema}");
    }
    let days: i64 = sqlx::query_scalar("select count(*) from published.daily_activity")
        .fetch_one(&pool)
        .await
        .expect("it shows the published version");
    assert_eq!(days, 0);
    let mut hold = Hold::take(&postgres.url(), "social").await.expect("nobody else holds it");
    hold.begin_switch(2).await.expect("begun").publish(3).await.expect("its views go along");
}

/// Only the first version's own migrations may name it.
#[test]
fn later_migrations_name_no_version() {
    for migration in ALL.iter().filter(|migration| migration.version > BEFORE_VERSIONS) {
        let sql = migration.sql.as_str();
        for projection in ["social", "feeds", "history"] {
            let name = format!("{projection}_v1");
            assert!(!sql.contains(&name), "{} names {name}: see control.in_each_version", migration.version);
        }
    }
}
