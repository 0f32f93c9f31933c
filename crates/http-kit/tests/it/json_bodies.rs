use axum::Router;
use axum::body::Body;
use axum::routing::post;
use http_kit::{Limits, StrictJson, standard};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use tokio::io::{AsyncWriteExt, split};

use crate::support::{Answer, Server, call, read_to_end, request, within};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Post {
    text: String,
    #[serde(default)]
    tags: Vec<String>,
    #[serde(default)]
    place: Option<Shelf>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Shelf {
    floor: u8,
}

async fn take(body: StrictJson<Post>) -> String {
    let Post { text, tags, place } = &body.value;
    assert_eq!(body.sha256(), <[u8; 32]>::from(Sha256::digest(&body.bytes)));
    format!("{text}/{}/{}", tags.len(), place.as_ref().map_or(0, |place| place.floor))
}

fn router() -> Router {
    standard(Router::new().route("/posts", post(take)), "test", &Limits::for_testing())
}

async fn send(body: impl Into<Body>) -> Answer {
    call(&router(), request("POST", "/posts", &[("content-type", "application/json")], body.into())).await
}

#[tokio::test]
async fn a_good_body_is_taken() {
    let answer = send(r#" {"text": "h\u00e9llo \ud83d\ude00", "tags": ["a"], "place": {"floor": 2}} "#).await;
    assert_eq!((answer.status.as_u16(), answer.body.as_str()), (200, "h\u{e9}llo \u{1f600}/1/2"));
}

#[tokio::test]
async fn broken_json_is_malformed_and_not_repeated() {
    let deep = format!(r#"{{"text":{}"#, "[".repeat(8_000));
    let cases: &[&[u8]] = &[
        b"",
        b"{",
        br#"{"text":"hunter2""#,
        br#"{"text":"hunter2"} trailing"#,
        br#"{"text":"hunter2"}{"text":"b"}"#,
        br#"{"text":"hunter2","text":"b"}"#,
        br#"{"text":"hunter2\ud800"}"#,
        br#"{"text":"hunter2\udc00\ud800"}"#,
        b"{\"text\":\"hunter2\xff\"}",
        b"{\"text\":\"hunter2\x00\"}",
        b"{'text':'hunter2'}",
        br#"{"text":"hunter2",}"#,
        br#""hunter2""#,
        b"[[[[",
        br#"["hunter2", []]"#,
        b"  \n",
        b"null",
        b"NaN",
        b"\xef\xbb\xbf{\"text\":\"hunter2\"}",
    ];
    for case in cases {
        let answer = send(case.to_vec()).await;
        let shown = String::from_utf8_lossy(case).into_owned();
        assert_eq!(
            (answer.status.as_u16(), answer.problem().code.as_ref()),
            (400, "malformed-json"),
            "{shown}"
        );
        assert!(!answer.body.contains("hunter2"), "{shown} came back as {}", answer.body);
    }
    assert_eq!(send(deep).await.status.as_u16(), 400);
}

#[tokio::test]
async fn nesting_of_ten_thousand_levels_is_refused() {
    for opening in [r#"{"text":["#, r#"{"text":"#] {
        let limits = Limits {
            body: http_kit::limits::BodyLimits { bytes_max: 1 << 20, ..Limits::for_testing().body },
            ..Limits::for_testing()
        };
        let any = |body: StrictJson<serde_json::Value>| async move { body.value.to_string() };
        let router = standard(Router::new().route("/any", post(any)), "test", &limits);
        let body = Body::from(opening.repeat(10_000));
        let answer =
            call(&router, request("POST", "/any", &[("content-type", "application/json")], body)).await;
        assert_eq!((answer.status.as_u16(), answer.problem().code.as_ref()), (400, "malformed-json"));
    }
}

#[tokio::test]
async fn the_field_at_fault_is_named() {
    let cases = [
        (r#"{"text":"x","tgas":[]}"#, "unknown-field", "tgas"),
        (r#"{"text":"x","place":{"floor":1,"door":2}}"#, "unknown-field", "place.door"),
        (r#"{"tags":[]}"#, "invalid-field", "text"),
        (r#"{"text":"x","place":{}}"#, "invalid-field", "place.floor"),
        (r#"{"text":5}"#, "invalid-field", "text"),
        (r#"{"text":null}"#, "invalid-field", "text"),
        (r#"{"text":"x","tags":["a",{"b":1}]}"#, "invalid-field", "tags[1]"),
        (r#"{"text":"x","place":{"floor":256}}"#, "invalid-field", "place.floor"),
    ];
    for (body, code, field) in cases {
        let answer = send(body).await;
        let problem = answer.problem();
        let named: Vec<&str> = problem.errors.iter().map(|error| error.field.as_str()).collect();
        assert_eq!(
            (answer.status.as_u16(), problem.code.as_ref(), named),
            (400, code, vec![field]),
            "{body}"
        );
    }
}

#[tokio::test]
async fn other_content_types_are_refused() {
    let cases: &[&[(&str, &str)]] = &[
        &[],
        &[("content-type", "text/plain")],
        &[("content-type", "application/x-www-form-urlencoded")],
        &[("content-type", "application/json"), ("content-type", "application/json")],
    ];
    for headers in cases {
        let answer = call(&router(), request("POST", "/posts", headers, Body::from(r#"{"text":"x"}"#))).await;
        assert_eq!((answer.status.as_u16(), answer.problem().code.as_ref()), (415, "wrong-content-type"));
    }
}

#[tokio::test]
async fn an_encoded_body_is_refused_and_told_what_would_do() {
    let send = |encoding| {
        let headers = [("content-type", "application/json"), ("content-encoding", encoding)];
        request("POST", "/posts", &headers, Body::from(r#"{"text":"x"}"#))
    };
    for encoding in ["gzip", "br", "identity, gzip", "aws-chunked"] {
        let answer = call(&router(), send(encoding)).await;
        let problem = answer.problem();
        assert_eq!(
            (problem.status, problem.code.as_ref()),
            (415, "unsupported-content-encoding"),
            "{encoding}"
        );
        assert_eq!(answer.header("accept-encoding"), "identity");
    }
    for encoding in ["identity", "IDENTITY", ""] {
        assert_eq!(call(&router(), send(encoding)).await.status.as_u16(), 200, "{encoding}");
    }
}

#[tokio::test]
async fn a_byte_order_mark_is_named() {
    for (mark, words) in [
        (&[0xef, 0xbb, 0xbf][..], "begins with a byte order mark"),
        (&[0xff, 0xfe], "UTF-16"),
        (&[0xfe, 0xff], "UTF-16"),
    ] {
        let answer = send([mark, br#"{"text":"x"}"#].concat()).await;
        let problem = answer.problem();
        assert_eq!((problem.status, problem.code.as_ref()), (400, "malformed-json"));
        assert!(problem.detail.is_some_and(|detail| detail.contains(words)), "{words}");
    }
}

#[tokio::test]
async fn a_body_may_be_as_large_as_the_limit_and_no_larger() {
    let body_of = |bytes: usize| format!(r#"{{"text":"{}"}}"#, "x".repeat(bytes - r#"{"text":""}"#.len()));
    assert_eq!(send(body_of(16 * 1024)).await.status.as_u16(), 200);
    let answer = send(body_of(16 * 1024 + 1)).await;
    assert_eq!((answer.status.as_u16(), answer.problem().code.as_ref()), (413, "body-too-large"));
}

#[tokio::test]
async fn a_declared_length_is_refused_before_the_body_comes() {
    let server = Server::start(router(), Limits::for_testing()).await;
    let head = "POST /posts HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 999999999\r\n\r\n";
    let answer = server.exchange(head.as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
}

#[tokio::test]
async fn an_endless_body_is_cut_off() {
    let server = Server::start(router(), Limits::for_testing()).await;
    let mut stream = server.connect().await;
    let head = "POST /posts HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n";
    stream.write_all(head.as_bytes()).await.expect("the server reads");
    let (mut reading, mut writing) = split(stream);
    let endless = tokio::spawn(async move {
        let chunk = format!("400\r\n{}\r\n", " ".repeat(0x400));
        while writing.write_all(chunk.as_bytes()).await.is_ok() {}
    });
    let mut answer = Vec::new();
    let _reset = within(tokio::io::AsyncReadExt::read_to_end(&mut reading, &mut answer)).await;
    let answer = String::from_utf8_lossy(&answer);
    assert!(answer.starts_with("HTTP/1.1 413 ") && answer.contains("body-too-large"), "{answer}");
    within(endless).await.expect("the writer ends when the connection does");
}

#[tokio::test]
async fn a_body_that_dawdles_is_cut_off() {
    let server = Server::start(router(), Limits::for_testing()).await;
    let head =
        "POST /posts HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 12\r\n\r\n{";
    let mut stream = server.connect().await;
    stream.write_all(head.as_bytes()).await.expect("the server reads");
    let answer = read_to_end(&mut stream).await;
    assert!(answer.starts_with("HTTP/1.1 408 ") && answer.contains("body-timeout"), "{answer}");
}

#[tokio::test]
async fn a_body_in_pieces_is_put_together() {
    let server = Server::start(router(), Limits::for_testing()).await;
    let answer = server
        .exchange(
            b"POST /posts HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: application/json\r\n\
              transfer-encoding: chunked\r\n\r\n5\r\n{\"tex\r\n6\r\nt\":\"ab\r\n2\r\n\"}\r\n0\r\n\r\n",
        )
        .await;
    assert!(answer.starts_with("HTTP/1.1 200 ") && answer.ends_with("ab/0/0"), "{answer}");
}
