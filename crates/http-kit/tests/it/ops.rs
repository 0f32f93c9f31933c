//! What is for those who run a service, on an address of its own.

use axum::Router;
use axum::routing::get as on_get;
use http_kit::{Limits, ops, standard};
use service_kit::health::Health;
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;

use crate::support::{call, get, hello, read_to_end, within};

#[tokio::test]
async fn metrics_are_not_beside_the_api() {
    let api = standard(hello(), "test", &Limits::for_testing()).merge(ops::probes(Health::new()));
    let answer = call(&api, get("/metrics", &[])).await;
    assert_eq!((answer.status.as_u16(), answer.problem().code.as_ref()), (404, "not-found"));
    assert_eq!(call(&api, get("/livez", &[])).await.status.as_u16(), 200);
    let answer = call(&ops::routes(Health::new()), get("/metrics", &[])).await;
    assert_eq!(answer.status.as_u16(), 200);
}

#[tokio::test]
async fn what_else_is_for_operators_is_served_with_them() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback has free ports");
    let address = listener.local_addr().expect("it is bound");
    let more = Router::new().route("/internal/x", on_get(|| async { "more" }));
    let token = CancellationToken::new();
    let routes = ops::routes(Health::new()).merge(more);
    let serving = tokio::spawn(ops::serve(listener, routes, token.clone()));
    for (path, status) in
        [("/metrics", 200), ("/livez", 200), ("/readyz", 200), ("/internal/x", 200), ("/else", 404)]
    {
        let mut stream = TcpStream::connect(address).await.expect("it listens");
        let request = format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.expect("the server reads");
        let answer = read_to_end(&mut stream).await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{path}: {answer}");
    }
    token.cancel();
    within(serving).await.expect("it does not panic").expect("it does not fail");
}

#[tokio::test]
async fn an_address_that_is_taken_is_told_with_the_variable_to_set() {
    let taken = TcpListener::bind("127.0.0.1:0").await.expect("loopback has free ports");
    let address = taken.local_addr().expect("it is bound");
    let error = ops::bind(address, "ROOKERY_X_OPS_LISTEN").expect_err("it is taken").to_string();
    assert!(error.contains("ROOKERY_X_OPS_LISTEN") && error.contains(&address.to_string()), "{error}");
}
