//! The servers that tests get: quick to start, empty, and gone afterwards.

mod openapi;

use std::net::{Ipv4Addr, TcpStream};
use std::path::Path;
use std::time::Duration;

use testkit::{Nats, Postgres, Process, eventually};

fn runs(pid: u32) -> bool {
    std::process::Command::new("kill")
        .args(["-0", &pid.to_string()])
        .output()
        .expect("kill exists")
        .status
        .success()
}

#[tokio::test]
async fn postgres_is_gone_with_its_files_when_dropped() {
    let postgres = Postgres::start().await;
    let (pid, dir) = (postgres.pid(), postgres.dir().to_path_buf());
    assert!(runs(pid) && dir.exists());
    drop(postgres);
    assert!(!runs(pid) && !dir.exists());
}

#[tokio::test]
async fn killed_postgres_comes_back_on_its_port() {
    let mut postgres = Postgres::start().await;
    let url = postgres.url();
    postgres.kill().await;
    postgres.restart().await;
    assert_eq!(postgres.url(), url);
    TcpStream::connect((Ipv4Addr::LOCALHOST, postgres.port())).expect("it listens");
}

#[tokio::test]
async fn servers_of_a_panicking_test_are_gone() {
    let test = tokio::spawn(async {
        let nats = Nats::start().await;
        std::panic::panic_any(nats.pid());
    });
    let panic = test.await.expect_err("it panicked").into_panic();
    let pid = *panic.downcast::<u32>().expect("it panicked with the pid");
    assert!(!runs(pid));
}

#[tokio::test]
async fn paused_nats_answers_again_once_it_is_resumed() {
    let nats = Nats::start().await;
    nats.pause();
    let state_file = format!("/proc/{}/stat", nats.pid());
    if Path::new(&state_file).exists() {
        eventually("it is stopped", Duration::from_secs(5), || async {
            let stat = std::fs::read_to_string(&state_file).unwrap_or_default();
            if stat.contains(") T ") { Ok(()) } else { Err(stat) }
        })
        .await;
    }
    nats.resume();
    nats.stop().await;
    assert!(!runs(nats.pid()));
}

#[tokio::test]
async fn process_output_and_end_are_seen() {
    let mut process = Process::start("/bin/sh", ["-c", "echo $WORD; exec sleep 60"], [("WORD", "ready")]);
    process.wait_for_output("ready", Duration::from_secs(10)).await;
    process.terminate();
    assert!(!process.wait(Duration::from_secs(10)).await.success());
}
