//! The worst that an analyst can do to a running system, all of it at once, and what others notice of it.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use data_set::Pool;
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, PgConnection};
use testkit::eventually;
use tokio::task::JoinSet;

use crate::support::{START_LIMIT, System, command, data_dir, rookery, stdout};

/// How much later something may be folded.
const FOLD_LIMIT: Duration = Duration::from_secs(5);
/// And how much later a version may be published.
const SWITCH_LIMIT: Duration = Duration::from_secs(30);
/// One after the other.
const POSTS: usize = 20;

const LIFT: &str =
    "set statement_timeout = 0; set idle_in_transaction_session_timeout = 0; set work_mem = '64kB';
    set max_parallel_workers_per_gather = 8; set default_transaction_read_only = off";
/// What one connection does, again and again, whatever happens to it.
const WORST: [&[&str]; 9] = [
    // Holds every view, and does nothing.
    &["begin isolation level repeatable read", ALL_VIEWS, "select pg_sleep(3600)"],
    &["begin", ALL_VIEWS, "idle"],
    &["begin", ALL_VIEWS, "idle"],
    &["select count(*) from messages a, messages b, messages c, messages d"],
    &["select count(*) from message_tags a, message_tags b, messages c where a.tag < b.tag"],
    // Temporary files, as many as it gets.
    &[
        "select count(*) from (select g, repeat('x', 1000) as x from generate_series(1, 10000000) g order by x desc, g) s",
    ],
    // Listens and takes nothing.
    &["listen birds", "begin", ALL_VIEWS, "idle"],
    &["select count(pg_notify('birds', repeat('x', 7000) || g)) from generate_series(1, 20000) g"],
    // Lets nobody else in, and keeps the door from being opened again.
    &[
        "alter role current_user set statement_timeout = 0",
        "alter role current_user password 'mine'",
        "begin",
        "alter role current_user password 'yours'",
        "idle",
    ],
];
const ALL_VIEWS: &str = "select (select count(*) from messages), (select count(*) from message_tags),
    (select count(*) from accounts), (select count(*) from follows), (select count(*) from likes),
    (select count(*) from reposts), (select count(*) from projections), (select count(*) from tag_counts)";

async fn analyst(dir: &Path) -> PgConnectOptions {
    let url = std::fs::read_to_string(dir.join("analyst-url")).expect("it was written");
    url.trim_end().parse().expect("it is an address")
}

/// One connection after the other, until it is over; how often something was ended or refused.
async fn attack(options: PgConnectOptions, statements: &[&str], is_over: &AtomicBool, refusals: &AtomicU64) {
    while !is_over.load(Ordering::Relaxed) {
        if let Ok(mut connection) = options.connect().await {
            session(&mut connection, statements, is_over).await;
        }
        refusals.fetch_add(1, Ordering::Relaxed);
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// Until something fails, or it is over.
async fn session(connection: &mut PgConnection, statements: &[&str], is_over: &AtomicBool) {
    let mut execute = async |sql: &str| {
        sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(&mut *connection).await.is_ok()
    };
    if !execute(LIFT).await {
        return;
    }
    while !is_over.load(Ordering::Relaxed) {
        for sql in statements {
            if *sql == "idle" {
                // Looks now and then whether it is still let be, without a word to the server.
                for _ in 0..20 {
                    if is_over.load(Ordering::Relaxed) {
                        return;
                    }
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
            } else if !execute(sql).await {
                return;
            }
        }
    }
}

#[expect(clippy::print_stdout, reason = "figures to publish")]
async fn folds_and_switches_in_time(more: &[(&str, &str)]) {
    let dir = data_dir();
    let system = System::start_with(dir.path(), more).await;
    let (path, url) = (dir.path().to_owned(), system.url.clone());
    let filled = tokio::task::spawn_blocking(move || rookery(&path, &["demo", "--url", &url]));
    stdout(&filled.await.expect("it does not panic"));
    let path = dir.path().to_owned();
    let built = tokio::task::spawn_blocking(move || rookery(&path, &["rebuild", "social"]));
    stdout(&built.await.expect("it does not panic"));

    // So that a busy machine is not taken for a busy analyst.
    let mut usual = Duration::ZERO;
    for number in 0..POSTS {
        usual = usual.max(post(&system, number).await);
    }
    let (is_over, refusals) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
    let options = analyst(dir.path()).await;
    let mut attackers = JoinSet::new();
    for statements in WORST {
        let (options, is_over, refusals) = (options.clone(), Arc::clone(&is_over), Arc::clone(&refusals));
        attackers.spawn(async move { attack(options, statements, &is_over, &refusals).await });
    }
    let owner = std::fs::read_to_string(dir.path().join("data-set-url")).expect("it was written");
    let owner = Pool::connect(owner.trim_end()).await.expect("the database is there");
    eventually("the analyst is at work", START_LIMIT, async || {
        let sessions: i64 =
            sqlx::query_scalar("select count(*) from guard.session").fetch_one(&owner).await.expect("read");
        if sessions >= 5 { Ok(()) } else { Err(sessions.to_string()) }
    })
    .await;

    let mut slowest = Duration::ZERO;
    for number in 0..POSTS {
        slowest = slowest.max(post(&system, number).await);
    }
    let mut switch = command(dir.path(), &["rebuild", "social", "--switch"]);
    let begun = Instant::now();
    let mut switching = tokio::task::spawn_blocking(move || switch.output());
    let switched = loop {
        tokio::select! {
            switched = &mut switching => break switched.expect("it does not panic").expect("the program runs"),
            took = post(&system, POSTS) => slowest = slowest.max(took),
        }
    };
    let took = begun.elapsed();
    assert!(switched.status.success(), "{switched:?}");
    is_over.store(true, Ordering::Relaxed);
    attackers.abort_all();
    println!(
        "folded within {slowest:?} (else {usual:?}), switched within {took:?}, {} refusals",
        refusals.load(Ordering::Relaxed)
    );
    assert!(slowest.saturating_sub(usual) < FOLD_LIMIT, "{slowest:?} where {usual:?} is usual");
    assert!(took < SWITCH_LIMIT, "{took:?}: {switched:?}");
    assert!(refusals.load(Ordering::Relaxed) > 0, "nobody was refused anything");
    eventually("the login is as it was", START_LIMIT, async || {
        options.connect().await.map(drop).map_err(|error| error.to_string())
    })
    .await;
    system.stop().await;
}

/// How long it takes until everybody can read it.
async fn post(system: &System, number: usize) -> Duration {
    let begun = Instant::now();
    let position = system.post(&format!("message {number}"), "meanwhile").await.expect("it is accepted");
    system.read("/v1/messages?tag=meanwhile&limit=1", &position).await.expect("it can be read");
    begun.elapsed()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_worst_that_an_analyst_can_do_holds_up_neither_the_fold_nor_a_switch() {
    folds_and_switches_in_time(&[]).await;
}

/// The log is in another database of the same server, and its appends tell the readers by notifications.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nor_a_log_on_the_same_postgres() {
    folds_and_switches_in_time(&[("ROOKERY_EVENT_STORE", "postgres")]).await;
}
