use std::sync::Arc;

use axum::Router;
use axum::routing::get as on_get;
use http_kit::Limits;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::sync::Notify;

use crate::support::{REQUEST, Server, read_to_end, read_until, within};

#[tokio::test]
async fn a_request_under_way_is_finished() {
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
    let limits = Limits { shutdown_grace: std::time::Duration::from_secs(10), ..Limits::for_testing() };
    let server = Server::start(Router::new().route("/", on_get(slow)), limits).await;
    let mut stream = server.connect().await;
    stream.write_all(REQUEST).await.expect("the server reads");
    within(entered.notified()).await;
    server.token.cancel();
    refuses_newcomers(&server).await;
    leave.notify_one();
    let answer = read_to_end(&mut stream).await;
    assert!(answer.starts_with("HTTP/1.1 200 ") && answer.ends_with("finished"), "{answer}");
    server.stopped().await;
}

#[tokio::test]
async fn an_idle_connection_closes_at_once() {
    let limits = Limits {
        shutdown_grace: std::time::Duration::from_secs(600),
        head_timeout: std::time::Duration::from_secs(600),
        ..Limits::for_testing()
    };
    let server = Server::start(Router::new().route("/", on_get(|| async { "hello" })), limits).await;
    let mut stream = server.connect().await;
    stream.write_all(REQUEST).await.expect("the server reads");
    read_until(&mut stream, "hello").await;
    server.token.cancel();
    assert_eq!(read_to_end(&mut stream).await, "");
    server.stopped().await;
}

#[tokio::test]
async fn a_request_that_never_ends_is_cut_after_the_grace() {
    let entered = Arc::new(Notify::new());
    let entering = Arc::clone(&entered);
    let never = move || {
        entering.notify_one();
        std::future::pending::<&str>()
    };
    let server = Server::start(Router::new().route("/", on_get(never)), Limits::for_testing()).await;
    let mut stream = server.connect().await;
    stream.write_all(REQUEST).await.expect("the server reads");
    within(entered.notified()).await;
    server.token.cancel();
    assert_eq!(read_to_end(&mut stream).await, "");
    server.stopped().await;
}

#[tokio::test]
async fn a_request_that_the_grace_is_too_short_for_is_refused_before_it_is_cut() {
    for (method, code) in [("GET", "unavailable"), ("POST", "outcome-unknown")] {
        let entered = Arc::new(Notify::new());
        let entering = Arc::clone(&entered);
        let never = move || {
            entering.notify_one();
            std::future::pending::<&str>()
        };
        let router = Router::new().route("/", on_get(never.clone()).post(never));
        let limits = Limits::for_testing();
        let server = Server::start(http_kit::standard(router, "test", &limits), limits).await;
        let mut stream = server.connect().await;
        let request = format!("{method} / HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\n\r\n");
        stream.write_all(request.as_bytes()).await.expect("the server reads");
        within(entered.notified()).await;
        server.token.cancel();
        let answer = read_to_end(&mut stream).await.to_ascii_lowercase();
        assert!(answer.starts_with("http/1.1 503 "), "{answer}");
        for part in ["retry-after: 1", "application/problem+json", &format!("\"code\":\"{code}\"")] {
            assert!(answer.contains(part), "{part} is not in {answer}");
        }
        server.stopped().await;
    }
}

async fn refuses_newcomers(server: &Server) {
    let refused = async { while TcpStream::connect(server.address).await.is_ok() {} };
    within(refused).await;
}
