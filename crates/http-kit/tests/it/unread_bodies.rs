//! Answers to requests whose body nobody read, as a caller with a socket of its own sees them.

use axum::Router;
use axum::routing::post;
use http_kit::limits::BodyLimits;
use http_kit::{ApiProblem, Limits, StrictJson, standard};
use serde_json::Value;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use crate::support::{REQUEST, Server, hello, read_to_end, read_until};

/// A route that refuses before it reads, and one that reads.
fn router() -> Router {
    let refuses = || async { ApiProblem::new(api_types::codes::UNAUTHENTICATED) };
    let takes = |StrictJson { value, .. }: StrictJson<Value>| async move { value.to_string() };
    hello().route("/refuses", post(refuses)).route("/takes", post(takes))
}

async fn start() -> Server {
    let body = BodyLimits { timeout: std::time::Duration::from_secs(60), ..BodyLimits::default() };
    let limits = Limits { body, read_rate: Limits::default().read_rate, ..Limits::for_testing() };
    Server::start(standard(router(), "test", &limits), limits).await
}

fn head(path: &str, more: &str) -> String {
    format!("POST {path} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n{more}\r\n\r\n")
}

async fn send(stream: &mut TcpStream, text: &str) {
    stream.write_all(text.as_bytes()).await.expect("the server reads");
}

fn says_close(answer: &str) -> bool {
    answer.to_lowercase().contains("\r\nconnection: close\r\n")
}

/// The next request on the same connection is answered.
async fn goes_on(stream: &mut TcpStream) {
    stream.write_all(REQUEST).await.expect("the connection stands");
    read_until(stream, "hello").await;
}

#[tokio::test]
async fn a_body_that_is_there_costs_nobody_the_connection() {
    let server = start().await;
    let mut stream = server.connect().await;
    for (path, status) in [("/refuses", "401"), ("/nowhere", "404"), ("/", "405"), ("/takes", "200")] {
        for body in [
            "content-length: 7\r\n\r\n{\"a\":1}",
            "transfer-encoding: chunked\r\n\r\n7\r\n{\"a\":1}\r\n0\r\n\r\n",
        ] {
            let text = head(path, body);
            send(&mut stream, text.strip_suffix("\r\n\r\n").expect("it ends so")).await;
            let answer = read_until(&mut stream, "}").await;
            assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{path}: {answer}");
            assert!(!says_close(&answer), "{path}: {answer}");
            goes_on(&mut stream).await;
        }
    }
}

#[tokio::test]
async fn a_connection_that_ends_with_the_answer_is_said_to() {
    let server = start().await;
    let long = "x".repeat(5_000);
    for (path, status) in [("/refuses", "401"), ("/nowhere", "404"), ("/", "405")] {
        for unfinished in [
            head(path, "content-length: 100") + "{",
            head(path, "content-length: 1000000") + &long,
            head(path, "transfer-encoding: chunked") + "5\r\n{\"a\":",
            // Nobody asked for this one's body, so it does not come.
            head(path, "content-length: 7\r\nexpect: 100-continue"),
        ] {
            let mut stream = server.connect().await;
            send(&mut stream, &unfinished).await;
            let answer = read_to_end(&mut stream).await;
            assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{unfinished}: {answer}");
            assert!(says_close(&answer), "{unfinished}: {answer}");
        }
    }
}

#[tokio::test]
async fn a_body_that_comes_a_moment_later_is_waited_for_where_it_is_wanted() {
    let server = start().await;
    let mut stream = server.connect().await;
    send(&mut stream, &head("/takes", "content-length: 7\r\nexpect: 100-continue")).await;
    read_until(&mut stream, "100 Continue").await;
    send(&mut stream, "{\"a\":1}").await;
    let answer = read_until(&mut stream, "{\"a\":1}").await;
    assert!(answer.starts_with("HTTP/1.1 200 ") && !says_close(&answer), "{answer}");
    goes_on(&mut stream).await;
}

#[tokio::test]
async fn who_is_not_let_in_is_told_as_well() {
    let limits = Limits { body_reads_max: 1, body_reads_per_address: 1, ..Limits::for_testing() };
    let patient = BodyLimits { timeout: std::time::Duration::from_secs(60), ..BodyLimits::default() };
    let limits = Limits { body: patient, read_rate: Limits::default().read_rate, ..limits };
    let server = Server::start(standard(router(), "test", &limits), limits).await;
    let mut waits = server.connect().await;
    send(&mut waits, &head("/takes", "content-length: 100\r\nexpect: 100-continue")).await;
    read_until(&mut waits, "100 Continue").await;
    let mut stream = server.connect().await;
    send(&mut stream, &(head("/takes", "content-length: 7") + "{\"a\":1}")).await;
    let answer = read_until(&mut stream, "}").await;
    assert!(answer.starts_with("HTTP/1.1 429 ") && !says_close(&answer), "{answer}");
    goes_on(&mut stream).await;
    send(&mut stream, &(head("/takes", "content-length: 70") + "{")).await;
    let answer = read_to_end(&mut stream).await;
    assert!(answer.starts_with("HTTP/1.1 429 ") && says_close(&answer), "{answer}");
}
