//! `rookery jobs`: windows that several runners run once.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;
use testkit::eventually;

use crate::support::{STOP_LIMIT, System, command, data_dir, rookery, stdout, up_on};

const LIMIT: Duration = Duration::from_secs(90);
const WINDOWS: usize = 4;

/// A job whose first tries take a while, so that a runner can be killed meanwhile; it writes down each try.
fn write_jobs(dir: &Path, script: &str) {
    let text = format!(
        "jobs:
  - name: minutes
    schedule: '* * * * * UTC'
    command: [sh, -c, '{script}']
    clock: recorded
    reads: log
    catch_up: {WINDOWS}
    tries: 3
"
    );
    std::fs::write(dir.join("jobs.yaml"), text).expect("it writes");
}

fn jobs<'a>(dir: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    [&["jobs", "--jobs", dir], more].concat()
}

fn runner(dir: &Path, file: &str) -> Child {
    let mut runner: Command = command(dir, &jobs(file, &["run", "--lease", "4s"]));
    runner.stdout(Stdio::null()).stderr(Stdio::inherit());
    runner.spawn().expect("it starts")
}

fn history(dir: &Path, file: &str, last: &str) -> Vec<Value> {
    let lines = stdout(&rookery(dir, &jobs(file, &["history", "minutes", "--last", last])));
    lines.lines().map(|line| serde_json::from_str(line).expect("NDJSON")).collect()
}

/// The tries of each window, as they were written down.
fn tries(dir: &Path) -> BTreeMap<String, usize> {
    let mut tries = BTreeMap::new();
    for line in std::fs::read_to_string(dir.join("tries")).unwrap_or_default().lines() {
        *tries.entry(line.to_owned()).or_default() += 1;
    }
    tries
}

async fn three_runners_run_each_window_once(store: &str) {
    let dir = data_dir();
    let path = dir.path();
    let system = System::start_with(path, &[("ROOKERY_EVENT_STORE", store)]).await;
    let out = path.join("tries");
    write_jobs(path, &format!("echo $ROOKERY_JOB_IDEMPOTENCY_KEY >> {}; sleep 2", out.display()));
    let file = path.join("jobs.yaml").display().to_string();
    let mut runners: Vec<Child> = (0..3).map(|_| runner(path, &file)).collect();

    // In mid-run.
    let killed = eventually("a window runs", LIMIT, async || {
        let windows = history(path, &file, "8");
        let running = windows.iter().find(|window| window["state"] == "running");
        let running = running.filter(|window| window["tries"] == 1).ok_or_else(|| "none runs".to_owned())?;
        let key = running["start"].as_str().expect("a start").replace(['-', ':'], "");
        let key = format!("minutes.{key}");
        if !tries(path).contains_key(&key) {
            return Err("its try has not begun".to_owned());
        }
        let pid = running["runner"].as_str().and_then(|name| name.rsplit('/').next()).expect("a process");
        let pid: i32 = pid.parse().expect("a number");
        kill(Pid::from_raw(pid), Signal::SIGKILL).map_err(|error| error.to_string())?;
        Ok((key, pid, running["start"].clone()))
    })
    .await;
    let (killed_key, pid, killed_start) = killed;

    eventually("all windows succeeded", LIMIT, async || {
        let windows = history(path, &file, "8");
        let done: Vec<&Value> = windows.iter().filter(|window| window["state"] == "succeeded").collect();
        let has_killed = done.iter().any(|window| window["start"] == killed_start);
        if done.len() >= WINDOWS && has_killed { Ok(()) } else { Err(format!("{windows:?}")) }
    })
    .await;
    for runner in &mut runners {
        let id = i32::try_from(runner.id()).expect("a pid");
        if id != pid {
            kill(Pid::from_raw(id), Signal::SIGTERM).expect("it is there");
        }
        runner.wait().expect("it ends");
    }

    let ran = tries(path);
    for window in history(path, &file, "8").iter().filter(|window| window["state"] == "succeeded") {
        let key = format!("minutes.{}", window["start"].as_str().expect("a start").replace(['-', ':'], ""));
        let expected = if key == killed_key { 2 } else { 1 };
        assert_eq!(ran.get(&key), Some(&expected), "{window}");
        assert_eq!(window["tries"], expected, "{window}");
        assert_eq!(window["outcome"]["exited"], 0, "{window}");
        assert_eq!(window["output"]["bytes"], 0, "{window}");
    }
    system.stop().await;
}

#[tokio::test]
async fn three_runners_run_each_window_once_beside_nats() {
    three_runners_run_each_window_once("nats").await;
}

#[tokio::test]
async fn three_runners_run_each_window_once_beside_postgres() {
    three_runners_run_each_window_once("postgres").await;
}

#[tokio::test]
async fn up_runs_the_jobs_of_a_file_and_gives_a_window_up_at_its_end() {
    let dir = data_dir();
    let (path, out) = (dir.path(), dir.path().join("tries"));
    let quick = path.join("quick");
    let file = path.join("jobs.yaml").display().to_string();
    write_jobs(
        path,
        &format!("echo $ROOKERY_API_URL >> {}; test -e {} || sleep 300", out.display(), quick.display()),
    );
    let system = System::start_with(path, &[("ROOKERY_JOBS_FILE", &file)]).await;
    eventually("a window runs", LIMIT, async || match tries(path).first_key_value() {
        Some((told, _)) if *told == system.url => Ok(()),
        other => Err(format!("{other:?}")),
    })
    .await;
    std::fs::write(&quick, "").expect("it writes");
    system.stop().await;

    // Nobody waits for a lease, and the try that was cut short does not count.
    let system = System::start_with(path, &[("ROOKERY_JOBS_FILE", &file)]).await;
    let began = Instant::now();
    eventually("the window succeeded", LIMIT, async || {
        let windows = history(path, &file, "8");
        let done: Vec<&Value> = windows.iter().filter(|window| window["state"] == "succeeded").collect();
        if done.len() >= WINDOWS && done.iter().all(|window| window["tries"] == 1) {
            return Ok(());
        }
        Err(format!("{windows:?}"))
    })
    .await;
    assert!(began.elapsed() < Duration::from_secs(25), "{:?}", began.elapsed());
    system.stop().await;
}

#[tokio::test]
async fn up_tells_of_a_file_of_jobs_that_cannot_be_understood_before_it_starts_anything() {
    let dir = data_dir();
    let file = dir.path().join("jobs.yaml");
    std::fs::write(&file, "jobs: [{name: x}]").expect("it writes");
    let mut process = up_on(dir.path(), "127.0.0.1:0", &[("ROOKERY_JOBS_FILE", &file.display().to_string())]);
    assert!(!process.wait(STOP_LIMIT).await.success());
    assert!(process.output().contains("jobs.yaml"), "{}", process.output());
    assert!(!dir.path().join("postgres").exists());
}
