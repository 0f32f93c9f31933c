//! `rookery export`, and `rookery receipt verify` on what it wrote.

use std::fs;
use std::path::Path;
use std::process::Output;

use data_set::export::Changes;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{System, data_dir, rookery, send, stderr, stdout};

const FORMATS: [&str; 3] = ["parquet", "csv", "ndjson"];
/// With blocking calls off the test's own thread.
async fn run(dir: &Path, line: &[&str]) -> Output {
    let (dir, line) = (dir.to_owned(), line.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>());
    let run = move || rookery(&dir, &line.iter().map(String::as_str).collect::<Vec<_>>());
    tokio::task::spawn_blocking(run).await.expect("it does not panic")
}

async fn verify(dir: &Path, file: &Path) -> Output {
    run(dir, &["receipt", "verify", &file.display().to_string()]).await
}

/// Takes every data set away, and what changed behind a position where that is kept, and holds them against the log.
pub(crate) fn all_are_proven(dir: &Path, since: i64) {
    let files = data_dir();
    for (index, data_set) in data_set::export::all().enumerate() {
        let format = FORMATS[index % FORMATS.len()];
        let path = files.path().join(format!("{}.{format}", data_set.name)).display().to_string();
        let since = since.to_string();
        let whole = vec!["export", data_set.name, "--format", format, "--out", &path];
        let changes = [&whole[..], &["--since", &since]].concat();
        let is_kept = data_set.changes != Changes::NotKept;
        for line in [whole].into_iter().chain(is_kept.then_some(changes)) {
            stdout(&rookery(dir, &line));
            let verdict = stdout(&rookery(dir, &["receipt", "verify", &path]));
            assert!(verdict.contains("it is what the log comes to"), "{line:?}: {verdict}");
        }
    }
}

/// Of the words of a system's life, each a message: the last position.
async fn live(system: &System) -> String {
    let mut position = String::new();
    for (text, tag) in
        [("=1+1", "sums"), ("'quoted'", "birds"), ("edited soon", "birds"), ("deleted soon", "terns")]
    {
        position = system.post(text, tag).await.expect("it is accepted");
    }
    system.read("/v1/messages", &position).await.expect("it is folded");
    position
}

async fn change(system: &System, method: Method, path: &str, body: Value) -> String {
    let request = system.request(method, path).header("if-match", "*").json(&body);
    let answer = send(request).await.expect("it is answered");
    assert!(answer.status.is_success(), "{answer:?}");
    answer.header("event-position").to_owned()
}

async fn ids(system: &System, position: &str) -> Vec<String> {
    let list = system.read("/v1/messages", position).await.expect("it is there");
    let list: Value = serde_json::from_str(&list).expect("it is JSON");
    let ids = list
        .as_array()
        .expect("a list")
        .iter()
        .map(|message| message["id"].as_str().expect("an id").to_owned());
    ids.collect()
}

#[tokio::test]
async fn what_was_taken_away_is_what_the_log_comes_to_and_what_was_altered_is_not() {
    let (dir, files) = (data_dir(), data_dir());
    let system = System::start(dir.path()).await;
    let first = live(&system).await;
    let file = |name: &str| files.path().join(name);
    let export = async |name: &str, format: &str, more: &[&str]| {
        let path = file(name);
        let shown = path.display().to_string();
        let mut line = vec!["export", "messages", "--format", format, "--out", &shown];
        line.extend(more);
        stdout(&run(dir.path(), &line).await);
        path
    };
    let mut taken = Vec::new();
    for format in FORMATS {
        taken.push(export(&format!("full.{format}"), format, &[]).await);
    }
    let ids = ids(&system, &first).await;
    change(&system, Method::DELETE, &format!("/v1/messages/{}", ids[0]), json!({})).await;
    let last =
        change(&system, Method::PATCH, &format!("/v1/messages/{}", ids[1]), json!({"text": "edited"})).await;
    system.read("/v1/messages", &last).await.expect("it is folded");
    for format in FORMATS {
        taken.push(export(&format!("changes.{format}"), format, &["--since", &first]).await);
    }
    for path in &taken {
        let verdict = stdout(&verify(dir.path(), path).await);
        assert!(verdict.contains("it is what the log comes to, sha-256:"), "{verdict}");
    }
    let changes = fs::read_to_string(file("changes.ndjson")).expect("it was written");
    let changes: Vec<Value> =
        changes.lines().map(|line| serde_json::from_str(line).expect("it is JSON")).collect();
    let what: Vec<_> =
        changes.iter().map(|row| (row["_change_type"].clone(), row["id"].to_string())).collect();
    assert_eq!(what, [(json!("upsert"), ids[1].clone()), (json!("delete"), ids[0].clone())]);
    assert_eq!((&changes[0]["text"], &changes[1]["text"]), (&json!("edited"), &Value::Null));

    // One cell.
    let csv = fs::read_to_string(&taken[1]).expect("it was written");
    assert!(csv.contains("'=1+1") && csv.contains("''quoted'"), "{csv}");
    fs::write(&taken[1], csv.replace("'=1+1", "'=1+2")).expect("it can be");
    let found = verify(dir.path(), &taken[1]).await;
    let report = String::from_utf8_lossy(&found.stdout).into_owned();
    assert!(report.contains(&format!("different: {{\"id\":{}}}", ids[3])), "{report}");
    assert!(report.contains(r#"text: expected "=1+1", found "=1+2""#), "{report}");
    stderr(&found);
    // A row less.
    let lines = fs::read_to_string(&taken[2]).expect("it was written");
    let less: String = lines.lines().skip(1).map(|line| format!("{line}\n")).collect();
    fs::write(&taken[2], less).expect("it can be");
    let found = verify(dir.path(), &taken[2]).await;
    let report = String::from_utf8_lossy(&found.stdout).into_owned();
    assert!(report.contains(&format!("missing: {{\"id\":{}}}", ids[3])), "{report}");
    assert!(stderr(&found).contains("1 rows of"), "{found:?}");
    // A receipt that was made for others.
    let beside = format!("{}.receipt.json", taken[4].display());
    let receipt = fs::read_to_string(&beside).expect("it was written").replace("sha-256:", "sha-256:0");
    fs::write(&beside, receipt).expect("it can be");
    assert!(stderr(&verify(dir.path(), &taken[4]).await).contains("not what its receipt was made for"));
    // Half a file.
    let whole = fs::read(&taken[0]).expect("it was written");
    let cut = file("cut.parquet");
    fs::write(&cut, &whole[..whole.len() / 2]).expect("it can be");
    assert!(stderr(&verify(dir.path(), &cut).await).contains("cut off"));

    let elsewhere = data_dir();
    let other = System::start(elsewhere.path()).await;
    live(&other).await;
    assert!(stderr(&verify(elsewhere.path(), &taken[0]).await).contains("is of log"));
    other.stop().await;
    system.stop().await;
}

#[tokio::test]
async fn a_file_is_there_when_it_is_complete_and_not_before() {
    let (dir, files) = (data_dir(), data_dir());
    let system = System::start(dir.path()).await;
    live(&system).await;
    let path = files.path().join("tags.csv").display().to_string();
    let unknown = run(dir.path(), &["export", "bookmarks"]).await;
    assert!(stderr(&unknown).contains("expected one of"), "{unknown:?}");
    let refused = run(dir.path(), &["export", "message_tags", "--since", "256", "--out", &path]).await;
    assert!(stderr(&refused).contains("does not keep what changed"), "{refused:?}");
    let ahead = run(dir.path(), &["export", "messages", "--since", "9000000", "--out", &path]).await;
    assert!(stderr(&ahead).contains("has not been reached"), "{ahead:?}");
    assert_eq!(fs::read_dir(files.path()).expect("it is there").count(), 0, "nothing is left of what failed");
    let piped = run(dir.path(), &["export", "message_tags", "--format", "csv"]).await;
    let text = stdout(&piped);
    assert!(text.starts_with("tag,created_at,id"), "{text}");
    let receipt: Value = serde_json::from_slice(&piped.stderr).expect("the receipt is JSON");
    assert_eq!(receipt["rows"].as_u64(), Some(text.lines().count() as u64 - 1));
    // What came without a receipt is held against a position.
    fs::write(&path, &text).expect("it can be");
    assert!(stderr(&run(dir.path(), &["receipt", "verify", &path]).await).contains("has no receipt"));
    let position = receipt["position"].to_string();
    let line = ["receipt", "verify", &path, "--data-set", "message_tags", "--position", &position];
    assert!(stdout(&run(dir.path(), &line).await).contains("it is what the log comes to"));
    system.stop().await;
}
