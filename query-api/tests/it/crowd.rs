//! More connections than the process may open files, and everybody else is served.

use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};

use futures::stream::{self, StreamExt};
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use testkit::{Process, eventually, free_port};
use tokio::net::{TcpSocket, TcpStream};

use crate::process::{IDENTITY, LIMIT, NO_DATABASE, PROGRAM, status_of};

const CONNECTIONS: u16 = 10_000;
/// Fewer than one address may have.
const CONNECTIONS_PER_ADDRESS: u16 = 100;
/// So many wait for the service at a time, as its backlog has no room for all.
const AT_ONCE: usize = 200;
const CONNECT_LIMIT: Duration = Duration::from_secs(10);
/// It takes a millisecond; the rest is for a machine that is busy with other tests.
const ANSWER_LIMIT: Duration = Duration::from_secs(3);
/// Log lines of a service that is well: its start and little else.
const LINES_MAX: usize = 40;

/// This test holds both ends' worth of files, so its own limit must not be what is met.
fn raise_own_limit() {
    let (soft, hard) = getrlimit(Resource::RLIMIT_NOFILE).expect("every process has one");
    let wanted = u64::from(CONNECTIONS) + 1_000;
    assert!(hard >= wanted, "this test needs {wanted} open files, and the hard limit is {hard}");
    if soft < wanted {
        setrlimit(Resource::RLIMIT_NOFILE, wanted, hard).expect("the soft limit may be raised");
    }
}

/// The number of a connection decides which of many peers it is: all of 127.0.0.0/8 is this machine.
async fn connect(number: u16, port: u16) -> Option<TcpStream> {
    let last = u8::try_from(2 + number / CONNECTIONS_PER_ADDRESS).expect("there are few addresses");
    let socket = TcpSocket::new_v4().expect("there are sockets");
    socket.bind(SocketAddr::new(IpAddr::from([127, 0, 1, last]), 0)).expect("it is an address of ours");
    let connecting = socket.connect(SocketAddr::from(([127, 0, 0, 1], port)));
    tokio::time::timeout(CONNECT_LIMIT, connecting).await.ok()?.ok()
}

#[tokio::test]
async fn ten_thousand_idle_connections_harm_nobody_within_1024_open_files() {
    raise_own_limit();
    let (port, ops_port) = (free_port(), free_port());
    let (listen, ops_listen) = (format!("127.0.0.1:{port}"), format!("127.0.0.1:{ops_port}"));
    let env = [
        NO_DATABASE,
        IDENTITY[0],
        IDENTITY[1],
        ("ROOKERY_QUERY_LISTEN", &listen),
        ("ROOKERY_QUERY_OPS_LISTEN", &ops_listen),
    ];
    let process = Process::start("sh", ["-c", "ulimit -n 1024 && exec \"$0\"", PROGRAM], env);
    eventually("it is alive", LIMIT, || status_of(port, "/livez")).await;

    let connecting = stream::iter(0..CONNECTIONS).map(|number| connect(number, port));
    let mut connecting = connecting.buffer_unordered(AT_ONCE);
    let mut idle = Vec::with_capacity(usize::from(CONNECTIONS));
    let mut tried = 0;
    while let Some(connection) = connecting.next().await {
        idle.push(connection);
        tried += 1;
        if tried % 500 == 0 {
            let began = Instant::now();
            let answer = status_of(port, "/v1/nothing").await;
            let (after, took) = (idle.len(), began.elapsed());
            assert_eq!(answer.as_deref(), Ok("HTTP/1.1 404 Not Found"), "after {after} in {took:?}");
            assert!(took < ANSWER_LIMIT, "after {after}: {took:?}");
        }
    }
    let accepted = idle.iter().flatten().count();
    assert!(accepted > usize::from(CONNECTIONS) * 9 / 10, "only {accepted} got as far as being connected");
    assert_eq!(status_of(ops_port, "/metrics").await.as_deref(), Ok("HTTP/1.1 200 OK"));
    let lines = process.output().lines().count();
    assert!(lines < LINES_MAX, "{lines} lines:\n{}", process.output());
}
