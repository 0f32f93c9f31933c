//! Children do not outlive a parent that is killed, and a successor waits for them.

use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};
use std::time::Duration;

use local_servers::{NatsServer, PostgresServer, Server};
use testkit::eventually;

use crate::clients::postgres_query;
use crate::{installed, nats_options, postgres_options, runs, temp_dir};

/// Names the data directory to the process that is to be killed.
const DIR_VARIABLE: &str = "LOCAL_SERVERS_TEST_DIR";
const PIDS_FILE: &str = "pids";
const LIMIT: Duration = Duration::from_secs(60);

/// Not a test of its own: the body of the process that the test below starts and kills.
#[tokio::test]
async fn parent_to_be_killed() {
    let Some(dir) = std::env::var_os(DIR_VARIABLE).map(std::path::PathBuf::from) else { return };
    let (programs, run_as) = installed();
    let nats = NatsServer::start(nats_options(&dir), &programs, &run_as).await.expect("it starts");
    let postgres =
        PostgresServer::start(postgres_options(&dir), &programs.postgres, &run_as).await.expect("it starts");
    postgres_query(postgres.port(), "create table t as select 'kept' as c").expect("it runs");
    let pids = format!("{} {}", nats.child().pid(), postgres.child().pid());
    std::fs::write(dir.join("pids.new"), pids).expect("the directory is writable");
    std::fs::rename(dir.join("pids.new"), dir.join(PIDS_FILE)).expect("the directory is writable");
    tokio::time::timeout(LIMIT, std::future::pending::<()>()).await.ok();
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn children_of_a_killed_parent_end_and_the_next_start_finds_the_data() {
    let (programs, run_as) = installed();
    let dir = temp_dir(&run_as);
    let mut parent = Command::new(std::env::current_exe().expect("we run from a file"))
        .args(["--exact", "orphans::parent_to_be_killed", "--nocapture"])
        .env(DIR_VARIABLE, dir.path())
        .process_group(0)
        .stdout(Stdio::null())
        .spawn()
        .expect("we can be run again");
    let pids = eventually("the parent starts both servers", LIMIT, || {
        assert_eq!(parent.try_wait().expect("it can be awaited"), None, "the parent runs on");
        let pids = std::fs::read_to_string(dir.path().join(PIDS_FILE)).map_err(|error| error.to_string());
        async move { pids }
    })
    .await;

    parent.kill().expect("it runs");
    parent.wait().expect("it can be awaited");

    // At once, while the old ones may still be ending: the start waits for them.
    let _nats = NatsServer::start(nats_options(dir.path()), &programs, &run_as).await.expect("it starts");
    let postgres = PostgresServer::start(postgres_options(dir.path()), &programs.postgres, &run_as)
        .await
        .expect("it starts");
    for pid in pids.split(' ') {
        assert!(!runs(pid.parse().expect("a pid is a number")), "{pid} outlived its parent");
    }
    assert_eq!(postgres_query(postgres.port(), "select c from t").expect("it runs"), "kept");
}
