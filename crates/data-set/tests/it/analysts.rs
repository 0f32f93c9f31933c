//! Analysts within their bounds: what the database does when the reducers call it.

use data_set::Pool;
use data_set::analysts::{Restrained, restrain};
use data_set::logins::{self, Group, Login};
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, PgConnection};
use testkit::{Postgres, PostgresConfig, eventually};

use crate::versions::LIMIT;

/// A data set with an analyst, and somebody who may do anything there.
struct DataSet {
    postgres: Postgres,
    root: Pool,
}

impl DataSet {
    async fn start() -> Self {
        Self::with(PostgresConfig::default()).await
    }

    async fn with(config: PostgresConfig) -> Self {
        let postgres = Postgres::start_with(config).await;
        data_set::migrate::migrate(&postgres.url()).await.expect("a new database can be migrated");
        let login = |name: &str, group| Login { name: name.to_owned(), password: "p".to_owned(), group };
        let logins =
            [login("ann", Group::Analyst), login("api", Group::QueryApi), login("fold", Group::Reducer)];
        logins::ensure(&postgres.url(), &logins).await.expect("the test is a superuser");
        let root = Pool::connect(&postgres.url()).await.expect("the database is there");
        Self { postgres, root }
    }

    async fn as_user(&self, user: &str) -> Result<PgConnection, sqlx::Error> {
        self.in_database(user, "rookery").await
    }

    async fn in_database(&self, user: &str, database: &str) -> Result<PgConnection, sqlx::Error> {
        let options = PgConnectOptions::new().host("127.0.0.1").port(self.postgres.port());
        options.username(user).database(database).connect().await
    }

    /// What a service without other rights than these is told.
    async fn restrain(&self) -> Vec<(String, String)> {
        let url = self.postgres.url().replace("postgres@", "fold@");
        let pool = Pool::connect(&url).await.expect("reducers may");
        let told = restrain(&pool).await.expect("it answers").expect("it was made");
        told.into_iter().map(|Restrained { login, reason }| (login, reason)).collect()
    }

    async fn execute(&self, sql: &str) {
        execute(&mut *self.root.acquire().await.expect("there"), sql).await;
    }

    async fn text(&self, sql: &str) -> String {
        sqlx::query_scalar(AssertSqlSafe(sql.to_owned())).fetch_one(&self.root).await.expect("readable")
    }
}

async fn execute<'c>(connection: impl sqlx::Executor<'c, Database = sqlx::Postgres>, sql: &str) {
    let done = sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(connection).await;
    done.unwrap_or_else(|error| panic!("{sql}: {error}"));
}

async fn is_ended(connection: &mut PgConnection) -> bool {
    sqlx::raw_sql("select 1").execute(connection).await.is_err()
}

fn told(login: &str, reason: &str) -> (String, String) {
    (login.to_owned(), reason.to_owned())
}

const LOGIN: &str = "select concat_ws(' ', rolconnlimit, rolpassword,
        (select string_agg(setdatabase || array_to_string(setconfig, ' '), ' ') from pg_db_role_setting where setrole = r.oid))
    from pg_authid r where rolname = 'ann'";

#[tokio::test]
async fn settings_and_password_that_an_analyst_changes_are_restored() {
    let data_set = DataSet::start().await;
    let made = data_set.text(LOGIN).await;
    for setting in ["8 SCRAM-SHA-256$", "statement_timeout=600000", "temp_file_limit=262144"] {
        assert!(made.contains(setting), "{made}");
    }
    assert_eq!(data_set.restrain().await, [], "nothing was changed");
    let mut ann = data_set.as_user("ann").await.expect("it may");
    execute(&mut ann, "set default_transaction_read_only = off").await;
    for (change, reasons) in [
        ("alter role ann set statement_timeout = 0", vec!["settings"]),
        ("alter role ann in database rookery set search_path = pg_temp", vec!["settings"]),
        ("alter role ann reset all; alter role ann password 'mine'", vec!["settings", "password"]),
        ("alter role ann password null", vec!["password"]),
    ] {
        execute(&mut ann, change).await;
        assert_ne!(data_set.text(LOGIN).await, made, "{change}");
        let reasons: Vec<_> = reasons.into_iter().map(|reason| told("ann", reason)).collect();
        assert_eq!(data_set.restrain().await, reasons, "{change}");
        assert_eq!(data_set.text(LOGIN).await, made, "{change}");
    }
}

/// An open transaction keeps its own row from being changed by others.
#[tokio::test]
async fn nobody_keeps_its_login_from_being_restored() {
    let data_set = DataSet::start().await;
    let made = data_set.text(LOGIN).await;
    let mut ann = data_set.as_user("ann").await.expect("it may");
    execute(&mut ann, "set default_transaction_read_only = off").await;
    execute(&mut ann, "alter role ann password 'mine'").await;
    execute(&mut ann, "begin; alter role ann password 'yours'").await;
    assert_eq!(data_set.restrain().await, [told("ann", "in the way")]);
    eventually("it is restored", LIMIT, async || match data_set.restrain().await {
        reasons if reasons == [told("ann", "password")] => Ok(()),
        reasons => Err(format!("{reasons:?}")),
    })
    .await;
    assert!(is_ended(&mut ann).await);
    assert_eq!(data_set.text(LOGIN).await, made);
}

#[tokio::test]
async fn what_takes_too_long_is_ended_whatever_the_session_says() {
    let data_set = DataSet::start().await;
    let lift = "set statement_timeout = 0; set idle_in_transaction_session_timeout = 0";
    let mut idle = data_set.as_user("ann").await.expect("it may");
    execute(&mut idle, lift).await;
    execute(&mut idle, "begin; select count(*) from messages").await;
    let mut busy = data_set.as_user("ann").await.expect("it may");
    execute(&mut busy, lift).await;
    let busy = tokio::spawn(async move { sqlx::raw_sql("select pg_sleep(600)").execute(&mut busy).await });
    let mut quiet = data_set.as_user("ann").await.expect("it may");
    let mut service = data_set.as_user("api").await.expect("it may");
    execute(&mut service, "begin; select count(*) from published.messages").await;
    let mut root = data_set.root.begin().await.expect("begun");
    execute(&mut *root, "select count(*) from published.messages").await;
    assert_eq!(data_set.restrain().await, [], "the bounds are minutes");

    data_set.execute("update guard.bounds set idle_in_transaction = '0', statement = '0'").await;
    let reasons = eventually("both are seen", LIMIT, async || match data_set.restrain().await {
        reasons if reasons.is_empty() => Err("none yet".to_owned()),
        reasons => Ok(reasons),
    })
    .await;
    for reason in ["idle transaction", "long statement"] {
        assert!(reasons.contains(&told("ann", reason)), "{reasons:?}");
    }
    assert!(is_ended(&mut idle).await);
    busy.await.expect("it does not panic").expect_err("it was ended");
    assert!(!is_ended(&mut quiet).await);
    assert!(!is_ended(&mut service).await, "services are left alone");
    root.rollback().await.expect("and so is the owner");
}

#[tokio::test]
async fn many_short_statements_are_one_long_transaction() {
    let data_set = DataSet::start().await;
    let mut ann = data_set.as_user("ann").await.expect("it may");
    execute(&mut ann, "begin isolation level repeatable read; select 1").await;
    data_set.execute("update guard.bounds set transaction = '0'").await;
    assert_eq!(data_set.restrain().await, [told("ann", "long transaction")]);
    assert!(is_ended(&mut ann).await);
}

#[tokio::test]
async fn all_together_have_no_more_connections_than_they_may() {
    let data_set = DataSet::start().await;
    let mut sessions = Vec::new();
    for _ in 0..8 {
        sessions.push(data_set.as_user("ann").await.expect("it may"));
    }
    let refused = data_set.as_user("ann").await.expect_err("one more");
    assert!(refused.to_string().contains("too many connections for role"), "{refused}");

    // As an operator makes one by hand.
    data_set
        .execute(
            "create role bob login in role rookery_analyst; create role eve login in role rookery_reader",
        )
        .await;
    for _ in 0..30 {
        sessions.push(data_set.as_user("bob").await.expect("nobody has looked yet"));
    }
    let ended = data_set.restrain().await;
    assert_eq!(
        ended.iter().filter(|one| **one == told("bob", "too many connections")).count(),
        22,
        "{ended:?}"
    );
    assert!(
        ended.contains(&told("bob", "settings")) && ended.contains(&told("eve", "settings")),
        "{ended:?}"
    );
    assert_eq!(
        data_set.text("select string_agg(rolconnlimit::text, ' ' order by rolname) from pg_roles where rolname in ('ann', 'bob', 'eve')").await,
        "6 6 6",
        "twenty for three"
    );
}

#[tokio::test]
async fn other_databases_are_closed_and_who_gets_into_one_is_ended() {
    let data_set = DataSet::start().await;
    for database in ["postgres", "template1"] {
        let refused = data_set.in_database("ann", database).await.expect_err("it is closed");
        assert!(refused.to_string().contains("permission denied"), "{refused}");
    }
    data_set.execute("create database elsewhere").await;
    let mut ann = data_set.in_database("ann", "elsewhere").await.expect("whoever made it let everybody in");
    assert_eq!(data_set.restrain().await, [told("ann", "another database")]);
    assert!(is_ended(&mut ann).await);
}

#[tokio::test]
async fn temporary_files_have_an_end() {
    let data_set = DataSet::start().await;
    let mut ann = data_set.as_user("ann").await.expect("it may");
    let spill = "set work_mem = '64kB'; select count(*) from (
        select g, repeat('x', 1000) as x from generate_series(1, 400000) g order by x desc, g) s";
    let refused = sqlx::raw_sql(spill).execute(&mut ann).await.expect_err("it is more than there may be");
    assert!(refused.to_string().contains("temp_file_limit"), "{refused}");
}

/// A listener that takes nothing, and somebody who sends: until both are gone nobody else can send for long.
#[tokio::test]
async fn the_queue_of_notifications_is_not_filled() {
    let data_set = DataSet::start().await;
    let mut deaf = data_set.as_user("ann").await.expect("it may");
    execute(&mut deaf, "listen birds").await;
    execute(&mut deaf, "begin; select 1").await;
    let mut loud = data_set.as_user("ann").await.expect("it may");
    let usage = async || -> f64 {
        let usage = sqlx::query_scalar("select pg_notification_queue_usage()");
        usage.fetch_one(&data_set.root).await.expect("readable")
    };
    let send = "select count(pg_notify('birds', repeat('x', 7000) || g)) from generate_series(1, 2000) g";
    while usage().await <= 0.005 {
        execute(&mut loud, send).await;
    }
    // Whoever listens is among them, so that the queue can be let go of; that happens when somebody sends again.
    eventually("the queue is empty", LIMIT, async || {
        data_set.restrain().await;
        let mut hearing = data_set.as_user("postgres").await.map_err(|error| error.to_string())?;
        execute(&mut hearing, "listen fish").await;
        data_set.execute("notify fish").await;
        hearing.close().await.map_err(|error| error.to_string())?;
        let usage = usage().await;
        if usage < 0.001 { Ok(()) } else { Err(usage.to_string()) }
    })
    .await;
    assert!(is_ended(&mut deaf).await);
}

#[tokio::test]
async fn for_a_while_nobody_is_let_in_where_analysts_were_in_the_way() {
    let data_set = DataSet::start().await;
    let mut ann = data_set.as_user("ann").await.expect("it may");
    execute(&mut ann, "begin; select count(*) from messages").await;
    let mut hold =
        data_set::versions::Hold::take(&data_set.postgres.url(), "social").await.expect("nobody has it");
    assert_eq!(hold.make_way().await.expect("it answers"), 1);
    assert!(is_ended(&mut ann).await);
    let refused = data_set.as_user("ann").await.expect_err("closed");
    assert!(refused.to_string().contains("too many connections for role"), "{refused}");
    assert!(data_set.as_user("api").await.is_ok(), "services come in");
    eventually("it is let in again", LIMIT, async || {
        data_set.restrain().await;
        data_set.as_user("ann").await.map(drop).map_err(|error| error.to_string())
    })
    .await;
}

/// As where services run apart and nobody made the logins.
#[tokio::test]
async fn without_logins_of_ours_nobody_is_watched() {
    let postgres = Postgres::start().await;
    data_set::migrate::migrate(&postgres.url()).await.expect("a new database can be migrated");
    let pool = Pool::connect(&postgres.url()).await.expect("there");
    assert_eq!(restrain(&pool).await.expect("it answers"), None);
    let made = "create role fold login in role rookery_reducer";
    sqlx::raw_sql(made).execute(&pool).await.expect("made");
    let fold = Pool::connect(&postgres.url().replace("postgres@", "fold@")).await.expect("there");
    assert_eq!(restrain(&fold).await.expect("it answers"), None);
}
