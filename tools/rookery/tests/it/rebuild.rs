//! `rookery rebuild`, against a running system: while it is written to, killed half-way, switched, rolled back,
//! dropped.

use std::path::Path;
use std::process::Output;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use data_set::Pool;
use data_set::versions::Hold;
use serde_json::Value;
use testkit::{Process, eventually};

use crate::support::{START_LIMIT, System, command, data_dir, environment, rookery, send, stderr, stdout};

const PROGRAM: &str = env!("CARGO_BIN_EXE_rookery");

async fn run(dir: &Path, args: &[&str]) -> Output {
    let mut command = command(dir, &[&["rebuild", "social"], args].concat());
    let output = tokio::task::spawn_blocking(move || command.output());
    output.await.expect("it does not panic").expect("the program runs")
}

fn code_and_errors(output: &Output) -> (Option<i32>, String) {
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}

fn url_of_owner(dir: &Path) -> String {
    std::fs::read_to_string(dir.join("data-set-url")).expect("it was written").trim_end().to_owned()
}

async fn owner(dir: &Path) -> Pool {
    Pool::connect(&url_of_owner(dir)).await.expect("the database is there")
}

async fn execute(pool: &Pool, sql: &'static str) {
    sqlx::raw_sql(sql).execute(pool).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
}

async fn demo(dir: &Path, system: &System) {
    let (dir, url) = (dir.to_owned(), system.url.clone());
    let filled = tokio::task::spawn_blocking(move || rookery(&dir, &["demo", "--url", &url]));
    stdout(&filled.await.expect("it does not panic"));
}

/// Which version of `social` is published, as a client sees it.
async fn published(system: &System) -> i64 {
    let answer = send(system.get("/v1/projections")).await.expect("it answers");
    let versions: Vec<Value> = serde_json::from_str(&answer.body).expect("it is JSON");
    let is_published = |version: &&Value| version["projection"] == "social" && version["published"] == true;
    let found: Vec<_> = versions.iter().filter(is_published).collect();
    assert_eq!(found.len(), 1, "{versions:?}");
    found[0]["version"].as_i64().expect("it is a number")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_version_is_built_compared_switched_rolled_back_and_dropped_while_writes_go_on() {
    let dir = data_dir();
    let system = Arc::new(System::start(dir.path()).await);
    demo(dir.path(), &system).await;
    let is_over = Arc::new(AtomicBool::new(false));
    let writing = tokio::spawn({
        let (system, is_over) = (Arc::clone(&system), Arc::clone(&is_over));
        async move {
            let mut posted = 0;
            while !is_over.load(Ordering::Relaxed) {
                let position = system.post(&format!("message {posted}"), "during").await.expect("accepted");
                system.read("/v1/messages?tag=during&limit=1", &position).await.expect("it can be read");
                posted += 1;
            }
            posted
        }
    });

    let refusal = code_and_errors(&run(dir.path(), &["--rollback"]).await);
    assert!(refusal.0 == Some(1) && refusal.1.contains("no older version"), "{refusal:?}");
    let refusal = code_and_errors(&run(dir.path(), &["--drop"]).await);
    assert!(refusal.0 == Some(1) && refusal.1.contains("only version 1"), "{refusal:?}");

    let built = run(dir.path(), &[]).await;
    let text = stdout(&built);
    assert!(text.contains("versions 1 and 2") && text.contains("message_tag"), "{text}");
    assert!(code_and_errors(&built).1.contains("--switch"), "{built:?}");
    assert_eq!(published(&system).await, 1);

    let pool = owner(dir.path()).await;
    execute(
        &pool,
        "update social_v2.message set text = 'planted' where id = (select min(id) from social_v2.message)",
    )
    .await;
    let planted = run(dir.path(), &["--json"]).await;
    let diff: Value = serde_json::from_slice(&planted.stdout).expect("it is JSON");
    let tables = diff["tables"].as_array().expect("a list");
    let message = tables.iter().find(|table| table["table"] == "message").expect("it is there");
    assert_eq!(
        (message["changed"].as_i64(), message["changed_rows"][0]["right"]["text"].as_str()),
        (Some(1), Some("planted"))
    );
    let told = code_and_errors(&planted);
    assert!(told.0 == Some(1) && told.1.contains("differ"), "{told:?}");
    assert!(
        code_and_errors(&run(dir.path(), &["--drop"]).await).1.contains("Version 2 of social is dropped")
    );

    let switched = run(dir.path(), &["--switch"]).await;
    assert!(switched.status.success(), "{switched:?}");
    assert_eq!(published(&system).await, 3);
    let refusal = code_and_errors(&run(dir.path(), &[]).await);
    assert!(refusal.0 == Some(1) && refusal.1.contains("kept for a rollback"), "{refusal:?}");
    let back = run(dir.path(), &["--rollback"]).await;
    assert!(back.status.success(), "{back:?}");
    assert_eq!(published(&system).await, 1);

    let again = run(dir.path(), &["--switch"]).await;
    assert!(again.status.success(), "{again:?}");
    assert_eq!(published(&system).await, 3);
    assert!(run(dir.path(), &["--drop"]).await.status.success());

    is_over.store(true, Ordering::Relaxed);
    let posted: u64 = writing.await.expect("every message could be read at once");
    let position = system.post("the last", "during").await.expect("accepted");
    let count = system.read("/v1/messages?tag=during&count=1", &position).await;
    assert_eq!(count, Ok((posted + 1).to_string()));
    let system = Arc::into_inner(system).expect("nobody else holds it");
    system.stop().await;

    // The versions are in the data set, so a restart changes nothing.
    let system = System::start(dir.path()).await;
    assert_eq!(published(&system).await, 3);
    assert_eq!(system.read("/v1/messages?tag=during&count=1", &position).await, Ok((posted + 1).to_string()));
    system.stop().await;
}

#[tokio::test]
async fn a_build_that_was_killed_goes_on_where_it_was() {
    let dir = data_dir();
    let system = System::start(dir.path()).await;
    demo(dir.path(), &system).await;
    let pool = owner(dir.path()).await;
    let position = async |version: i32| -> i64 {
        let sql = "select coalesce(max(position), 0) from control.checkpoint where projection = 'feeds' and version = $1";
        sqlx::query_scalar(sql).bind(version).fetch_one(&pool).await.expect("readable")
    };
    stdout(&rookery(dir.path(), &["rebuild", "feeds"]));
    // As if the build had only begun; and a row half-way that it has to wait for.
    let again = "truncate feeds_v2.entry, feeds_v2.author, feeds_v2.feed, feeds_v2.follow;
        update control.checkpoint set position = 0 where projection = 'feeds' and version = 2";
    execute(&pool, again).await;
    let mut obstacle = pool.begin().await.expect("begun");
    let half_way =
        "insert into feeds_v2.entry select * from feeds_v1.entry order by position offset 1200 limit 1";
    sqlx::query(half_way).execute(&mut *obstacle).await.expect("inserted");
    let mut build = Process::start(PROGRAM, ["rebuild", "feeds"].map(str::to_owned), environment(dir.path()));
    eventually("a part is built", START_LIMIT, || async {
        if position(2).await > 0 { Ok(()) } else { Err(build.output()) }
    })
    .await;
    build.kill();
    obstacle.rollback().await.expect("ended");
    let left_at = position(2).await;
    assert!(left_at < position(1).await, "it was killed before its end");

    let second = rookery(dir.path(), &["rebuild", "feeds"]);
    stdout(&second);
    let told = code_and_errors(&second).1;
    assert!(told.contains("Going on with version 2") && told.contains("are equal"), "{told}");
    // The batch that was waiting may have been on its way.
    let rest = (position(1).await - left_at) >> 8;
    let folded = told.split("Folded ").nth(1).and_then(|told| told.split(' ').next());
    let folded: i64 = folded.and_then(|count| count.parse().ok()).expect("it says how many");
    assert!(folded > 0 && folded <= rest, "{rest} events were left: {told}");
    system.stop().await;
}

#[tokio::test]
async fn where_the_tables_refuse_an_event_the_build_says_what_to_do() {
    let dir = data_dir();
    let system = System::start(dir.path()).await;
    let refused = system.post("refuse me", "birds").await.expect("it is accepted");
    system.read("/v1/messages", &refused).await.expect("it is folded");
    let pool = owner(dir.path()).await;
    execute(
        &pool,
        "alter table social_v1.message add constraint fussy check (text <> 'refuse me') not valid",
    )
    .await;
    let stopped = code_and_errors(&run(dir.path(), &[]).await);
    assert_eq!(stopped.0, Some(1));
    for said in
        [format!("position {refused}"), "social_v2, too".to_owned(), "rebuild social --drop".to_owned()]
    {
        assert!(stopped.1.contains(&said), "{said} is not in {}", stopped.1);
    }
    execute(&pool, "alter table social_v2.message drop constraint fussy").await;
    let built = run(dir.path(), &[]).await;
    assert!(code_and_errors(&built).1.contains("are equal"), "{built:?}");

    let hold = Hold::take(&url_of_owner(dir.path()), "social").await.expect("nobody holds it");
    let second = code_and_errors(&run(dir.path(), &[]).await);
    assert!(second.1.contains("somebody else") && !second.1.contains("is the system running"), "{second:?}");
    drop(hold);
    system.stop().await;
}

#[tokio::test]
async fn nonsense_is_refused_with_what_to_do() {
    let dir = data_dir();
    let refusal = stderr(&rookery(dir.path(), &["rebuild", "social"]));
    assert!(refusal.contains("rookery up"), "{refusal}");
    let refusal = stderr(&rookery(dir.path(), &["rebuild", "sozial"]));
    assert!(refusal.contains("social, feeds, history"), "{refusal}");
    let refusal = stderr(&rookery(dir.path(), &["rebuild", "social", "--rollback", "--switch"]));
    assert!(refusal.contains("cannot be used with"), "{refusal}");
}
