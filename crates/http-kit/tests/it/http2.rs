//! Many requests over one connection, within the same limits.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::routing::get as on_get;
use bytes::Bytes;
use http::Request;
use http_body_util::{BodyExt, Empty};
use http_kit::{Limits, standard};
use hyper::client::conn::http2::SendRequest;
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::Notify;

use crate::support::{Server, hello, within};

pub(crate) async fn speak<T>(io: T) -> SendRequest<Empty<Bytes>>
where
    T: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let speaking = hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(io));
    let (sender, connection) = within(speaking).await.expect("it speaks HTTP/2");
    tokio::spawn(connection);
    sender
}

/// Status and body.
pub(crate) async fn ask(
    sender: &SendRequest<Empty<Bytes>>,
    path: &str,
) -> Result<(u16, String), hyper::Error> {
    let request = Request::get(format!("http://x{path}")).body(Empty::new()).expect("it is well formed");
    let response = sender.clone().send_request(request).await?;
    let status = response.status().as_u16();
    let body = response.into_body().collect().await?.to_bytes();
    Ok((status, String::from_utf8_lossy(&body).into_owned()))
}

fn slow(entered: &Arc<Notify>, leave: &Arc<Notify>) -> Router {
    let (entered, leave) = (Arc::clone(entered), Arc::clone(leave));
    let handler = move || {
        let (entered, leave) = (Arc::clone(&entered), Arc::clone(&leave));
        async move {
            entered.notify_one();
            leave.notified().await;
            "finished"
        }
    };
    hello().route("/slow", on_get(handler))
}

#[tokio::test]
async fn streams_count_for_the_address_as_requests_do() {
    let (entered, leave) = (Arc::default(), Arc::default());
    let limits = Limits { in_flight_max: 8, in_flight_per_address: 2, ..Limits::for_testing() };
    let server = Server::start(standard(slow(&entered, &leave), "test", &limits), limits).await;
    let sender = speak(server.connect().await).await;
    let waiting = [0, 1].map(|_| {
        let sender = sender.clone();
        tokio::spawn(async move { ask(&sender, "/slow").await })
    });
    within(entered.notified()).await;
    testkit::eventually("both are under way", Duration::from_secs(5), || async {
        let (status, body) = ask(&sender, "/").await.expect("the connection stands");
        if status == 429 && body.contains("rate-limited") { Ok(()) } else { Err(format!("{status} {body}")) }
    })
    .await;
    let other = server.exchange(b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await;
    assert!(other.starts_with("HTTP/1.1 429 "), "over another connection it is the same address: {other}");
    for task in waiting {
        leave.notify_one();
        leave.notify_waiters();
        let answer = within(task).await.expect("it does not panic").expect("the connection stands");
        assert_eq!(answer, (200, "finished".to_owned()));
    }
    assert_eq!(ask(&sender, "/").await.expect("the connection stands"), (200, "hello".to_owned()));
}

#[tokio::test]
async fn a_connection_without_requests_ends_although_its_peer_lives() {
    let server = Server::start(hello(), Limits::for_testing()).await;
    let sender = speak(server.connect().await).await;
    assert_eq!(ask(&sender, "/").await.expect("the connection stands").0, 200);
    testkit::eventually("it is closed", Duration::from_secs(5), || async {
        if sender.is_closed() { Ok(()) } else { Err("it stands".to_owned()) }
    })
    .await;
}

#[tokio::test]
async fn requests_under_way_are_finished_at_the_end_and_the_last_are_refused() {
    let (entered, leave) = (Arc::default(), Arc::default());
    let limits = Limits { shutdown_grace: Duration::from_secs(2), ..Limits::for_testing() };
    let server = Server::start(standard(slow(&entered, &leave), "test", &limits), limits).await;
    let sender = speak(server.connect().await).await;
    let ask_slowly = || {
        let sender = sender.clone();
        tokio::spawn(async move { ask(&sender, "/slow").await })
    };
    let finished = ask_slowly();
    within(entered.notified()).await;
    let refused = ask_slowly();
    within(entered.notified()).await;
    server.token.cancel();
    leave.notify_one();
    let first = within(finished).await.expect("it does not panic").expect("it is answered");
    let second = within(refused).await.expect("it does not panic").expect("it is answered");
    let mut answers = [first, second];
    answers.sort_unstable();
    assert_eq!(answers[0], (200, "finished".to_owned()));
    assert_eq!(answers[1].0, 503);
    assert!(answers[1].1.contains("unavailable"), "{answers:?}");
    server.stopped().await;
}
