use std::net::SocketAddr;
use std::time::Duration;

use service_kit::health::Health;
use service_kit::{ops, telemetry};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;

async fn ask(address: SocketAddr, request_line: &str) -> String {
    let mut stream = TcpStream::connect(address).await.expect("the server listens");
    let request = format!("{request_line} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.expect("the server reads");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.expect("the answer is text");
    answer
}

#[tokio::test]
async fn the_three_paths_answer_until_the_end() {
    telemetry::install_metrics();
    metrics::histogram!("probe_seconds").record(0.003);
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback has free ports");
    let address = listener.local_addr().expect("it is bound");
    let (health, token) = (Health::new(), CancellationToken::new());
    health.register("broker", || async { Err("gone".to_owned()) });
    let server = tokio::spawn(ops::serve(listener, health, token.clone()));

    let alive = ask(address, "GET /livez").await;
    assert!(alive.starts_with("HTTP/1.1 200 ") && alive.ends_with(r#"{"live":true}"#), "{alive}");
    let ready = ask(address, "GET /readyz").await;
    assert!(ready.starts_with("HTTP/1.1 503 ") && ready.contains(r#""detail":"gone""#), "{ready}");
    let metrics = ask(address, "GET /metrics").await;
    assert!(metrics.contains("probe_seconds_bucket{le=\"0.005\"} 1"), "{metrics}");
    assert!(ask(address, "HEAD /livez").await.starts_with("HTTP/1.1 200 "));
    assert!(ask(address, "POST /livez").await.starts_with("HTTP/1.1 405 "));
    assert!(ask(address, "GET /").await.starts_with("HTTP/1.1 404 "));

    token.cancel();
    let ended = tokio::time::timeout(Duration::from_secs(10), server).await.expect("it ends");
    ended.expect("it does not panic").expect("it does not fail");
}
