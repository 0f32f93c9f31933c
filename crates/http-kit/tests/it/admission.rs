//! What one address may have under way, and that slow bodies take no places from others.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::routing::{get as on_get, post};
use http::Request;
use http_kit::limits::BodyLimits;
use http_kit::{Limits, StrictJson, standard};
use serde_json::Value;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::sync::Notify;

use crate::support::{REQUEST, Server, call, get, hello, read_to_end, read_until, request, within};

fn from(address: &str, mut request: Request<Body>) -> Request<Body> {
    let peer: SocketAddr = address.parse().expect("it is an address");
    request.extensions_mut().insert(ConnectInfo(peer));
    request
}

/// A route that answers when it is told to.
struct Slow {
    entered: Arc<Notify>,
    leave: Arc<Notify>,
}

impl Slow {
    fn new() -> Self {
        Self { entered: Arc::default(), leave: Arc::default() }
    }

    fn router(&self) -> Router {
        let (entered, leave) = (Arc::clone(&self.entered), Arc::clone(&self.leave));
        let handler = move |_body: Body| {
            let (entered, leave) = (Arc::clone(&entered), Arc::clone(&leave));
            async move {
                entered.notify_one();
                leave.notified().await;
                "done"
            }
        };
        hello().route("/slow", on_get(handler.clone()).post(handler))
    }
}

#[tokio::test]
async fn one_address_cannot_have_all_requests_under_way() {
    let slow = Slow::new();
    let limits = Limits { in_flight_max: 4, in_flight_per_address: 1, ..Limits::for_testing() };
    let router = standard(slow.router(), "test", &limits);
    let first = tokio::spawn({
        let router = router.clone();
        async move { call(&router, from("192.0.2.7:1", get("/slow", &[]))).await.status }
    });
    within(slow.entered.notified()).await;
    let answer = call(&router, from("192.0.2.7:2", get("/", &[]))).await;
    assert_eq!((answer.status.as_u16(), answer.problem().code.as_ref()), (429, "rate-limited"));
    assert_eq!(answer.header("retry-after"), "1");
    assert_eq!(call(&router, from("192.0.2.8:1", get("/", &[]))).await.status.as_u16(), 200);
    slow.leave.notify_one();
    assert_eq!(within(first).await.expect("it does not panic").as_u16(), 200);
    assert_eq!(call(&router, from("192.0.2.7:2", get("/", &[]))).await.status.as_u16(), 200);
}

#[tokio::test]
async fn behind_our_proxy_the_callers_address_counts_and_not_the_proxys() {
    let slow = Slow::new();
    let limits =
        Limits { in_flight_max: 4, in_flight_per_address: 1, trusted_proxy_hops: 1, ..Limits::for_testing() };
    let router = standard(slow.router(), "test", &limits);
    let caller = |path, address| from("10.0.0.1:1", get(path, &[("x-forwarded-for", address)]));
    let first = tokio::spawn({
        let (router, request) = (router.clone(), caller("/slow", "192.0.2.7"));
        async move { call(&router, request).await.status }
    });
    within(slow.entered.notified()).await;
    assert_eq!(call(&router, caller("/", "198.51.100.1, 192.0.2.7")).await.status.as_u16(), 429);
    assert_eq!(call(&router, caller("/", "192.0.2.8")).await.status.as_u16(), 200);
    slow.leave.notify_one();
    within(first).await.expect("it does not panic");
}

#[tokio::test]
async fn a_request_whose_body_is_there_is_at_work() {
    let read = Arc::new(Notify::new());
    let reading = Arc::clone(&read);
    let handler = move |StrictJson { value: _, .. }: StrictJson<Value>| {
        reading.notify_one();
        std::future::pending::<&str>()
    };
    let limits = Limits { in_flight_max: 4, in_flight_per_address: 1, ..Limits::for_testing() };
    let router = standard(hello().route("/take", post(handler)), "test", &limits);
    let under_way = tokio::spawn({
        let router = router.clone();
        let body = request("POST", "/take", &[("content-type", "application/json")], Body::from("{}"));
        async move { call(&router, from("192.0.2.7:1", body)).await.status }
    });
    within(read.notified()).await;
    assert_eq!(call(&router, from("192.0.2.7:1", get("/", &[]))).await.status.as_u16(), 429);
    assert_eq!(call(&router, from("192.0.2.8:1", get("/", &[]))).await.status.as_u16(), 200);
    under_way.abort();
    assert!(under_way.await.is_err(), "its caller has gone");
    assert_eq!(call(&router, from("192.0.2.7:1", get("/", &[]))).await.status.as_u16(), 200);
}

fn takes_json() -> Router {
    hello()
        .route("/take", post(|StrictJson { value, .. }: StrictJson<Value>| async move { value.to_string() }))
}

const BEGUN: &[u8] =
    b"POST /take HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{";

/// The server asks for the body when it begins to wait for it.
const ASKING: &[u8] =
    b"POST /take HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\
    expect: 100-continue\r\n\r\n";

#[tokio::test]
async fn slow_bodies_take_no_places_from_others() {
    let patient = BodyLimits { timeout: Duration::from_secs(60), ..BodyLimits::default() };
    let limits = Limits {
        in_flight_max: 1,
        in_flight_per_address: 1,
        body_reads_max: 4,
        body_reads_per_address: 2,
        read_rate: Limits::default().read_rate,
        body: patient,
        ..Limits::for_testing()
    };
    let server = Server::start(standard(takes_json(), "test", &limits), limits).await;
    let mut slow: Vec<TcpStream> = Vec::new();
    for _ in 0..2 {
        let mut stream = server.connect().await;
        stream.write_all(ASKING).await.expect("the server reads");
        read_until(&mut stream, "100 Continue").await;
        stream.write_all(b"{").await.expect("the server reads");
        slow.push(stream);
    }
    let answer = server.exchange(BEGUN).await;
    assert!(answer.starts_with("HTTP/1.1 429 ") && answer.contains("rate-limited"), "{answer}");
    let mut stream = server.connect().await;
    stream.write_all(REQUEST).await.expect("the server reads");
    read_until(&mut stream, "hello").await;
    let whole =
        b"POST /take HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}";
    slow.clear();
    testkit::eventually("their places are free again", Duration::from_secs(5), || async {
        let mut stream = server.connect().await;
        stream.write_all(whole).await.expect("the server reads");
        let answer = read_until(&mut stream, "\r\n\r\n").await;
        if answer.starts_with("HTTP/1.1 200 ") { Ok(()) } else { Err(answer) }
    })
    .await;
}

#[tokio::test]
async fn a_body_that_trickles_is_refused_long_before_its_whole_time_is_over() {
    let limits = Limits {
        body: BodyLimits { timeout: Duration::from_secs(600), ..BodyLimits::default() },
        ..Limits::for_testing()
    };
    let server = Server::start(standard(takes_json(), "test", &limits), limits).await;
    let stream = server.connect().await;
    let (mut reader, mut writer) = stream.into_split();
    let began = Instant::now();
    let trickling = tokio::spawn(async move {
        let mut pause = tokio::time::interval(Duration::from_millis(10));
        writer.write_all(BEGUN).await.ok();
        loop {
            pause.tick().await;
            if writer.write_all(b" ").await.is_err() {
                return;
            }
        }
    });
    let mut answer = Vec::new();
    within(tokio::io::AsyncReadExt::read_to_end(&mut reader, &mut answer)).await.ok();
    let answer = String::from_utf8_lossy(&answer);
    assert!(answer.starts_with("HTTP/1.1 408 ") && answer.contains("body-timeout"), "{answer}");
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
    trickling.abort();
}

#[tokio::test]
async fn an_endless_flow_of_slow_bodies_leaves_everybody_else_served() {
    let server = {
        let limits = Limits {
            connections_per_address: 16,
            in_flight_max: 8,
            in_flight_per_address: 2,
            body_reads_max: 16,
            body_reads_per_address: 4,
            ..Limits::for_testing()
        };
        Server::start(standard(takes_json(), "test", &limits), limits).await
    };
    let address = server.address;
    let greedy: Vec<_> = (0..48)
        .map(|_| {
            tokio::spawn(async move {
                loop {
                    let Ok(mut stream) = TcpStream::connect(address).await else { continue };
                    stream.write_all(BEGUN).await.ok();
                    read_to_end(&mut stream).await;
                }
            })
        })
        .collect();
    let others = (2..4).map(|last| {
        let socket = tokio::net::TcpSocket::new_v4().expect("there are sockets");
        socket.bind(SocketAddr::from(([127, 0, 0, last], 0))).expect("it is an address of ours");
        socket.connect(address)
    });
    for connecting in others {
        let mut stream = within(connecting).await.expect("the server listens");
        for _ in 0..100 {
            stream.write_all(REQUEST).await.expect("the server reads");
            read_until(&mut stream, "hello").await;
        }
    }
    greedy.iter().for_each(tokio::task::JoinHandle::abort);
}
