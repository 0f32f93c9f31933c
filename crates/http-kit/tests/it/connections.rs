//! How many connections there may be, and which of them end for others.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::routing::get as on_get;
use http_kit::{LeastRate, Limits};
use testkit::eventually;
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpSocket, TcpStream};
use tokio::sync::Notify;

use crate::support::{PATIENCE, REQUEST, Server, hello, read_to_end, read_until, within};

/// Nothing here may end because it dawdles.
fn patient() -> Limits {
    Limits { head_timeout: Duration::from_secs(600), ..Limits::for_testing() }
}

async fn is_served(mut stream: TcpStream) -> TcpStream {
    stream.write_all(REQUEST).await.expect("the server reads");
    read_until(&mut stream, "hello").await;
    stream
}

/// Another peer: all of 127.0.0.0/8 is this machine.
async fn connect_from(last: u8, to: SocketAddr) -> TcpStream {
    let socket = TcpSocket::new_v4().expect("there are sockets");
    socket.bind(SocketAddr::new(IpAddr::from([127, 0, 0, last]), 0)).expect("it is an address of ours");
    socket.connect(to).await.expect("the server listens")
}

#[tokio::test]
async fn an_address_gets_its_share_and_others_are_served() {
    let server = Server::start(hello(), Limits { connections_per_address: 2, ..patient() }).await;
    let first = is_served(server.connect().await).await;
    let _second = is_served(server.connect().await).await;
    let mut third = server.connect().await;
    // It may be closed before this is written.
    third.write_all(REQUEST).await.ok();
    assert_eq!(read_to_end(&mut third).await, "", "it is closed at once");
    is_served(connect_from(2, server.address).await).await;
    drop(first);
    eventually("what it gives back it may have again", PATIENCE, || async {
        let mut stream = server.connect().await;
        stream.write_all(REQUEST).await.ok();
        let mut byte = [0];
        match within(stream.peek(&mut byte)).await {
            Ok(1) => Ok(()),
            other => Err(format!("{other:?}")),
        }
    })
    .await;
}

#[tokio::test]
async fn connections_of_a_proxy_of_ours_have_no_share() {
    let limits = Limits { connections_per_address: 1, trusted_proxy_hops: 1, ..patient() };
    let server = Server::start(hello(), limits).await;
    let _first = is_served(server.connect().await).await;
    is_served(server.connect().await).await;
}

#[tokio::test]
async fn idle_connections_make_room_and_the_longest_idle_first() {
    let limits = Limits { connections_max: 4, connections_per_address: 4, ..patient() };
    let server = Server::start(hello(), limits).await;
    // One that says nothing, one that dawdles over its head, and two between requests.
    let mut silent = server.connect().await;
    let mut slow = server.connect().await;
    slow.write_all(b"GET / HT").await.expect("the server reads");
    let _idle = [is_served(server.connect().await).await, is_served(server.connect().await).await];
    let _others = [
        is_served(connect_from(2, server.address).await).await,
        is_served(connect_from(3, server.address).await).await,
    ];
    assert_eq!(read_to_end(&mut silent).await, "");
    assert_eq!(read_to_end(&mut slow).await, "");
}

#[tokio::test]
async fn a_connection_at_work_is_not_ended_for_another() {
    let (entered, leave) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (entering, leaving) = (Arc::clone(&entered), Arc::clone(&leave));
    let slow = move || {
        let (entering, leaving) = (Arc::clone(&entering), Arc::clone(&leaving));
        async move {
            entering.notify_one();
            leaving.notified().await;
            "finished"
        }
    };
    let limits = Limits { connections_max: 1, connections_per_address: 1, ..patient() };
    let server = Server::start(hello().route("/slow", on_get(slow)), limits).await;
    let mut first = server.connect().await;
    first.write_all(b"GET /slow HTTP/1.1\r\nhost: x\r\n\r\n").await.expect("the server reads");
    within(entered.notified()).await;
    let mut second = connect_from(2, server.address).await;
    second.write_all(REQUEST).await.expect("the kernel takes it");
    leave.notify_one();
    let answer = read_until(&mut first, "finished").await;
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    read_until(&mut second, "hello").await;
}

#[tokio::test]
async fn a_peer_that_asks_and_never_reads_is_cut_off() {
    let large = || async { vec![b'x'; 1 << 20] };
    let write_rate = LeastRate { bytes: 4_096, every: Duration::from_millis(200) };
    let server =
        Server::start(Router::new().route("/", on_get(large)), Limits { write_rate, ..patient() }).await;
    let mut stream = server.connect().await;
    let many = REQUEST.repeat(200);
    // The kernels between take some of the answers; the rest waits for a reader.
    within(stream.write_all(&many)).await.expect("the server reads");
    eventually("the connection is cut", PATIENCE, || async {
        match stream.try_write(REQUEST) {
            Err(error) if error.kind() != std::io::ErrorKind::WouldBlock => Ok(()),
            other => Err(format!("{other:?}")),
        }
    })
    .await;
}
