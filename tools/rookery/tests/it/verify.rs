//! `rookery verify`, beside a running system, and the same in the background.

use std::path::Path;
use std::process::Output;

use data_set::audit::{Audit, connect};
use serde_json::{Value, json};
use testkit::eventually;

use crate::support::{START_LIMIT, System, data_dir, rookery, stderr, stdout};

/// With blocking calls off the test's own thread.
async fn verify(dir: &Path, arguments: &[&str]) -> Output {
    let (dir, mut line) = (dir.to_owned(), vec!["verify".to_owned()]);
    line.extend(arguments.iter().map(|argument| (*argument).to_owned()));
    let run = move || rookery(&dir, &line.iter().map(String::as_str).collect::<Vec<_>>());
    tokio::task::spawn_blocking(run).await.expect("it does not panic")
}

/// Takes a row away behind the reducers' back.
async fn lose(dir: &Path, table: &str, key: Value) {
    let url = std::fs::read_to_string(dir.join("data-set-url")).expect("it was written");
    let pool = connect(url.trim(), "test").expect("a URL");
    let mut audit = Audit::lock(&pool, verifier::PROJECTIONS[0], 0).await.expect("locked");
    let tables = audit.tables().await.expect("listed");
    let table = tables.iter().find(|found| found.name == table).expect("it is there");
    audit.delete(table, &[key]).await.expect("deleted");
    audit.commit().await.expect("committed");
}

async fn metrics(dir: &Path, wanted: &[&str]) {
    let ops_url = std::fs::read_to_string(dir.join("ops-url")).expect("it was written");
    let url = format!("{}/metrics", ops_url.trim());
    eventually("the background run tells", START_LIMIT, || async {
        let answer = reqwest::get(&url).await.map_err(|error| error.to_string())?;
        let text = answer.text().await.map_err(|error| error.to_string())?;
        if wanted.iter().all(|line| text.contains(line)) { Ok(()) } else { Err(text) }
    })
    .await;
}

#[tokio::test]
async fn a_lost_row_is_found_told_and_mended() {
    let dir = data_dir();
    let fast = [("ROOKERY_VERIFY_EVERY", "1s"), ("ROOKERY_VERIFY_RATE", "100000")];
    let system = System::start_with(dir.path(), &fast).await;
    stdout(&verify(dir.path(), &[]).await);
    for text in ["one", "two"] {
        let position = system.post(text, "birds").await.expect("it is accepted");
        system.read("/v1/messages?tag=birds", &position).await.expect("it is there");
    }
    let sound = stdout(&verify(dir.path(), &[]).await);
    assert!(sound.contains("social version 1") && sound.contains("feeds version 1"), "{sound}");
    metrics(dir.path(), &["verify_runs_total{result=\"sound\"}", "verify_last_success_timestamp_seconds"])
        .await;

    lose(dir.path(), "account_stat", json!({ "account": 1 })).await;
    let found = verify(dir.path(), &[]).await;
    assert_eq!(found.status.code(), Some(1));
    let (report, hint) = (String::from_utf8_lossy(&found.stdout), String::from_utf8_lossy(&found.stderr));
    assert!(report.contains("missing in account_stat: {\"account\":1}"), "{report}");
    assert!(hint.contains("rookery verify --repair"), "{hint}");
    metrics(dir.path(), &["verify_differences{projection=\"social\"} 1", "result=\"different\""]).await;
    assert_eq!(verify(dir.path(), &["--account", "1"]).await.status.code(), Some(1));
    assert_eq!(verify(dir.path(), &["--from", "256", "--to", "512"]).await.status.code(), Some(1));
    let reversed = verify(dir.path(), &["--from", "512", "--to", "256"]).await;
    assert!(stderr(&reversed).contains("nothing lies between"), "{reversed:?}");
    let of_another = verify(dir.path(), &["--account", "2", "--json"]).await;
    let report = String::from_utf8_lossy(&of_another.stdout);
    assert!(report.contains("\"missing\": 0") && !report.contains("\"missing\": 1"), "{report}");
    assert!(stderr(&of_another).contains("nothing was compared"), "{of_another:?}");

    let mended = stdout(&verify(dir.path(), &["--repair", "--json"]).await);
    let mended: Value = serde_json::from_str(&mended).expect("it is JSON");
    assert_eq!(mended["projections"][0]["mended"], json!({ "inserted": 1, "deleted": 0, "replaced": 0 }));
    stdout(&verify(dir.path(), &[]).await);
    metrics(dir.path(), &["verify_differences{projection=\"social\"} 0"]).await;
    system.stop().await;
}

#[tokio::test]
async fn it_stays_and_serves_its_metrics_until_it_is_told_to_end() {
    let dir = data_dir();
    let system = System::start(dir.path()).await;
    let listen = format!("127.0.0.1:{}", testkit::free_port());
    let arguments = ["verify", "--every", "1s", "--listen", &listen, "--data-dir"];
    let mut arguments: Vec<String> = arguments.map(str::to_owned).into();
    arguments.push(dir.path().display().to_string());
    let mut process =
        testkit::Process::start(env!("CARGO_BIN_EXE_rookery"), arguments, [] as [(String, String); 0]);
    let url = format!("http://{listen}/metrics");
    eventually("it has run", START_LIMIT, || async {
        let answer = reqwest::get(&url).await.map_err(|error| error.to_string())?;
        let text = answer.text().await.map_err(|error| error.to_string())?;
        if text.contains("verify_runs_total{result=\"sound\"}") { Ok(()) } else { Err(text) }
    })
    .await;
    process.terminate();
    let status = process.wait(crate::support::STOP_LIMIT).await;
    assert!(status.success(), "{}", process.output());
    system.stop().await;
}
