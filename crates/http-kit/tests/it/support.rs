//! Requests without a connection, and a server with one.

use std::net::SocketAddr;
use std::time::Duration;

use api_types::problem::Problem;
use axum::Router;
use axum::body::Body;
use http::{HeaderMap, Request, StatusCode};
use http_body_util::BodyExt;
use http_kit::Limits;
use testkit::openapi::Answered;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

/// Longer than anything here may take; reaching it is a failure.
pub(crate) const PATIENCE: Duration = Duration::from_secs(10);

pub(crate) const REQUEST: &[u8] = b"GET / HTTP/1.1\r\nhost: x\r\n\r\n";

pub(crate) fn hello() -> Router {
    Router::new().route("/", axum::routing::get(|| async { "hello" }))
}

/// Names and values, as a request carries them.
pub(crate) type Headers<'test> = &'test [(&'test str, &'test str)];

pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn problem(&self) -> Problem {
        let (status, body) = (self.status.as_u16(), self.body.as_bytes());
        testkit::openapi::assert_problem(Answered { status, headers: &self.headers, body });
        let problem: Problem = serde_json::from_str(&self.body).expect("a problem was announced");
        assert_eq!(problem.status, self.status.as_u16());
        problem
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("our headers are ASCII"))
    }
}

pub(crate) async fn call(router: &Router, request: Request<Body>) -> Answer {
    let response = router.clone().oneshot(request).await.expect("a router cannot fail");
    let (parts, body) = response.into_parts();
    let bytes = body.collect().await.expect("the body is in memory").to_bytes();
    let body = String::from_utf8(bytes.to_vec()).expect("our bodies are UTF-8");
    Answer { status: parts.status, headers: parts.headers, body }
}

pub(crate) fn get(uri: &str, headers: &[(&str, &str)]) -> Request<Body> {
    request("GET", uri, headers, Body::empty())
}

pub(crate) fn request(method: &str, uri: &str, headers: &[(&str, &str)], body: Body) -> Request<Body> {
    let mut builder = Request::builder().method(method).uri(uri);
    for (name, value) in headers {
        builder = builder.header(*name, *value);
    }
    builder.body(body).expect("the request is well formed")
}

/// A server on a port of its own.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    pub(crate) token: CancellationToken,
    pub(crate) task: JoinHandle<std::io::Result<()>>,
}

impl Server {
    pub(crate) async fn start(router: Router, limits: Limits) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback has free ports");
        let address = listener.local_addr().expect("it is bound");
        let token = CancellationToken::new();
        let ending = token.clone();
        let task = tokio::spawn(async move { http_kit::serve(listener, router, &limits, ending).await });
        Self { address, token, task }
    }

    pub(crate) async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.expect("the server listens")
    }

    /// Sends bytes as they are and reads until the server closes.
    pub(crate) async fn exchange(&self, bytes: &[u8]) -> String {
        let mut stream = self.connect().await;
        stream.write_all(bytes).await.expect("the server reads");
        read_to_end(&mut stream).await
    }

    pub(crate) async fn stopped(self) {
        within(self.task).await.expect("the server does not panic").expect("the server does not fail");
    }
}

pub(crate) async fn read_to_end(stream: &mut TcpStream) -> String {
    let mut answer = Vec::new();
    // A reset after the answer is how a peer learns that its body is not wanted.
    let _reset = within(stream.read_to_end(&mut answer)).await;
    String::from_utf8_lossy(&answer).into_owned()
}

/// Reads until the text has arrived.
pub(crate) async fn read_until(stream: &mut TcpStream, text: &str) -> String {
    let mut answer = Vec::new();
    within(async {
        while !String::from_utf8_lossy(&answer).contains(text) {
            let count = stream.read_buf(&mut answer).await.expect("the connection stands");
            assert_ne!(count, 0, "closed after {:?}", String::from_utf8_lossy(&answer));
        }
    })
    .await;
    String::from_utf8_lossy(&answer).into_owned()
}

pub(crate) async fn within<F: Future>(future: F) -> F::Output {
    tokio::time::timeout(PATIENCE, future).await.expect("it should have happened by now")
}
