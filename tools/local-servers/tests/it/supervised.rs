//! A server that is killed comes back, on the same port and with its data.

use std::time::Duration;

use local_servers::{NatsServer, PostgresServer, Server, Signal, Supervisor};
use nix::sys::signal::kill;
use nix::unistd::Pid;
use testkit::eventually;
use tokio_util::sync::CancellationToken;

use crate::clients::{nats_request, postgres_query};
use crate::{installed, nats_options, postgres_options, runs, temp_dir};

const LIMIT: Duration = Duration::from_secs(30);

fn kill_hard(pid: u32) {
    kill(Pid::from_raw(i32::try_from(pid).expect("a pid fits an i32")), Signal::SIGKILL).expect("it runs");
}

async fn restarted(supervisor: &Supervisor, old: u32) -> u32 {
    eventually("it is started again", LIMIT, || async {
        supervisor.pid().filter(|pid| *pid != old).ok_or_else(|| format!("still {:?}", supervisor.pid()))
    })
    .await
}

#[tokio::test]
async fn killed_nats_server_comes_back_with_its_streams() {
    let (programs, run_as) = installed();
    let dir = temp_dir(&run_as);
    let server = NatsServer::start(nats_options(dir.path()), &programs, &run_as).await.expect("it starts");
    let (url, first) = (server.url(), server.child().pid());
    let supervisor = Supervisor::watch(server, &CancellationToken::new(), LIMIT);
    let created = nats_request(&url, "$JS.API.STREAM.CREATE.S", r#"{"name":"S","subjects":["s.>"]}"#);
    assert!(created.expect("it answers").contains("\"name\":\"S\""));
    assert!(nats_request(&url, "s.a", "hello").expect("it answers").contains("\"seq\":1"));

    kill_hard(first);

    let second = restarted(&supervisor, first).await;
    let state = nats_request(&url, "$JS.API.STREAM.INFO.S", "").expect("the same URL answers");
    assert!(state.contains("\"messages\":1"), "{state}");
    assert_eq!(supervisor.restarts(), 1);
    supervisor.stop().await.expect("it stops");
    assert!(!runs(second));
}

#[tokio::test]
async fn killed_postgres_comes_back_with_its_rows() {
    let (programs, run_as) = installed();
    let dir = temp_dir(&run_as);
    let server = PostgresServer::start(postgres_options(dir.path()), &programs.postgres, &run_as)
        .await
        .expect("it starts");
    let (port, first) = (server.port(), server.child().pid());
    let shutdown = CancellationToken::new();
    let supervisor = Supervisor::watch(server, &shutdown, LIMIT);
    postgres_query(port, "create table t as select 'kept' as c").expect("it runs");

    kill_hard(first);

    let second = restarted(&supervisor, first).await;
    assert_eq!(postgres_query(port, "select c from t").expect("the same port answers"), "kept");
    shutdown.cancel();
    supervisor.stop().await.expect("it stops");
    assert!(!runs(second));
    assert!(!dir.path().join("postgres/cluster/postmaster.pid").exists(), "it stopped properly");
}

#[tokio::test]
async fn a_dropped_supervisor_leaves_no_child() {
    let (programs, run_as) = installed();
    let dir = temp_dir(&run_as);
    let server = NatsServer::start(nats_options(dir.path()), &programs, &run_as).await.expect("it starts");
    let pid = server.child().pid();
    drop(Supervisor::watch(server, &CancellationToken::new(), LIMIT));
    let gone = async {
        while runs(pid) {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(LIMIT, gone).await.expect("the child ends");
}

#[tokio::test]
async fn a_server_that_cannot_start_says_why() {
    let (programs, run_as) = installed();
    let dir = temp_dir(&run_as);
    let mut options = nats_options(dir.path());
    options.extra_config = "no_such_thing: 1\n".to_owned();
    let error = NatsServer::start(options, &programs, &run_as).await.expect_err("the configuration is wrong");
    assert!(format!("{error:#}").contains("no_such_thing"), "{error:#}");
}

#[tokio::test]
async fn a_cluster_of_another_version_is_refused_with_the_way_out() {
    let (mut programs, run_as) = installed();
    let dir = temp_dir(&run_as);
    let options = postgres_options(dir.path());
    PostgresServer::prepare(&options, &programs.postgres, &run_as).await.expect("it is made");
    programs.postgres.major += 1;
    let error = PostgresServer::prepare(&options, &programs.postgres, &run_as)
        .await
        .expect_err("the version differs");
    assert!(error.to_string().contains("built again from the log"), "{error:#}");
}
