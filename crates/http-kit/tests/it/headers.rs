use api_types::codes;
use axum::Router;
use axum::response::Response;
use axum::routing::{get as on_get, patch};
use http::Request;
use http_kit::ApiProblem;
use http_kit::etag::{Conditional, EntityTag, IfMatch};
use http_kit::idempotency::IdempotencyKey;
use http_kit::position::{AwaitPosition, DataPosition, EventPosition};
use tokio::io::AsyncWriteExt;

use crate::support::{Headers, Server, call, get, read_to_end, request};

async fn item(conditional: Conditional) -> Result<(DataPosition, Response), ApiProblem> {
    Ok((DataPosition(7), conditional.json(&["an item"])?))
}

async fn change(if_match: IfMatch) -> Result<(EventPosition, String), ApiProblem> {
    let edition = if_match.edition()?;
    if edition.is_some_and(|edition| edition != 3) {
        return Err(ApiProblem::new(codes::EDITION_CHANGED));
    }
    Ok((EventPosition(8), format!("{edition:?}")))
}

fn router() -> Router {
    Router::new()
        .route("/item", on_get(item))
        .route("/change", patch(change))
        .route(
            "/key",
            on_get(|IdempotencyKey(key): IdempotencyKey| async move {
                key.map(|key| key.key).unwrap_or_default()
            }),
        )
        .route(
            "/await",
            on_get(|awaited: AwaitPosition| async move {
                (awaited.preference_applied(), format!("{:?} {}", awaited.position, awaited.wait.as_secs()))
            }),
        )
}

#[tokio::test]
async fn what_the_caller_has_is_not_sent_again() {
    let router = router();
    let full = call(&router, get("/item", &[])).await;
    let tag = full.header("etag").to_owned();
    assert_eq!((full.status.as_u16(), full.body.as_str()), (200, r#"["an item"]"#));
    let weak = format!("W/{tag}");
    let listed = format!(r#""a,b", W/"c" , {tag}"#);
    for known in ["*", &tag, &weak, &listed] {
        let answer = call(&router, get("/item", &[("if-none-match", known)])).await;
        assert_eq!((answer.status.as_u16(), answer.body.as_str()), (304, ""), "{known}");
        assert_eq!((answer.header("etag"), answer.header("data-position")), (tag.as_str(), "7"));
        assert_eq!(answer.header("content-type"), "");
    }
    for other in [r#""other""#, "", "unquoted", r#""half"#] {
        let answer = call(&router, get("/item", &[("if-none-match", other)])).await;
        assert_eq!(answer.status.as_u16(), 200, "{other}");
    }
}

#[tokio::test]
async fn a_shown_edition_is_sent_again_when_anything_in_it_changed_and_may_be_edited_all_the_same() {
    let shown = |body: &'static str| {
        Router::new().route(
            "/item",
            on_get(move |conditional: Conditional| async move { conditional.json_of_edition(3, &body) }),
        )
    };
    let tag = call(&shown("one like"), get("/item", &[])).await.header("etag").to_owned();
    assert!(tag.starts_with("\"3-"), "{tag}");
    let same = call(&shown("one like"), get("/item", &[("if-none-match", &tag)])).await;
    assert_eq!((same.status.as_u16(), same.header("etag")), (304, tag.as_str()));
    let edition_alone = EntityTag::of_edition(3).to_string();
    for known in [&tag, &edition_alone] {
        let other = call(&shown("two likes"), get("/item", &[("if-none-match", known)])).await;
        assert_eq!(other.status.as_u16(), 200, "{known}");
    }
    let edit = request("PATCH", "/change", &[("if-match", &tag)], axum::body::Body::empty());
    assert_eq!(call(&router(), edit).await.body, "Some(3)");
}

#[tokio::test]
async fn changes_need_the_current_edition() {
    let change = |tags: &'static [(&'static str, &'static str)]| -> Request<axum::body::Body> {
        request("PATCH", "/change", tags, axum::body::Body::empty())
    };
    let cases: &[(Headers<'_>, u16, &str)] = &[
        (&[("if-match", r#""3""#)], 200, "Some(3)"),
        (&[("if-match", r#""3-Q9vJ_digest-of_a-body""#)], 200, "Some(3)"),
        (&[("if-match", "*")], 200, "None"),
        (&[], 428, "precondition-required"),
        (&[("if-match", r#""2""#)], 412, "EditionMustMatch"),
        (&[("if-match", r#""2-Q9vJ_digest-of_a-body""#)], 412, "EditionMustMatch"),
        (&[("if-match", r#"W/"3""#)], 412, "EditionMustMatch"),
        (&[("if-match", r#"W/"3-Q9vJ_digest-of_a-body""#)], 412, "EditionMustMatch"),
        (&[("if-match", r#""3", "4""#)], 412, "EditionMustMatch"),
        (&[("if-match", r#""""#)], 412, "EditionMustMatch"),
        (&[("if-match", r#""-3""#)], 412, "EditionMustMatch"),
        (&[("if-match", r#""+3""#)], 412, "EditionMustMatch"),
        (&[("if-match", r#""99999999999999999999-x""#)], 412, "EditionMustMatch"),
        (&[("if-match", "3")], 400, "invalid-header"),
        (&[("if-match", r#""3" "4""#)], 400, "invalid-header"),
    ];
    for (headers, status, said) in cases {
        let answer = call(&router(), change(headers)).await;
        assert_eq!(answer.status.as_u16(), *status, "{headers:?}");
        assert!(answer.body.contains(said), "{headers:?}: {}", answer.body);
    }
}

#[tokio::test]
async fn keys_are_printable_and_single() {
    let longest = "k".repeat(255);
    let too_long = "k".repeat(256);
    for (key, status) in [("a b~!", 200), (longest.as_str(), 200), ("", 400), (&too_long, 400), ("a\tb", 400)]
    {
        let answer = call(&router(), get("/key", &[("idempotency-key", key)])).await;
        assert_eq!(answer.status.as_u16(), status, "{key:?}");
    }
    assert_eq!(call(&router(), get("/key", &[("idempotency-key", "sch\u{f6}n")])).await.status.as_u16(), 400);
    let twice = call(&router(), get("/key", &[("idempotency-key", "a"), ("idempotency-key", "a")])).await;
    assert_eq!(twice.problem().code, "idempotency-key-invalid");
    assert_eq!(call(&router(), get("/key", &[])).await.status.as_u16(), 200);
}

#[tokio::test]
async fn an_awaited_position_is_read_with_its_patience() {
    let router = router();
    let answer = call(&router, get("/await", &[("await-position", "512"), ("prefer", "wait=99")])).await;
    assert_eq!((answer.body.as_str(), answer.header("preference-applied")), ("Some(512) 30", "wait=30"));
    let answer = call(&router, get("/await", &[("await-position", "512")])).await;
    assert_eq!((answer.body.as_str(), answer.header("preference-applied")), ("Some(512) 2", ""));
    assert_eq!(call(&router, get("/await", &[("prefer", "wait=9")])).await.header("preference-applied"), "");
    let twice = [("await-position", "1"), ("await-position", "1")];
    for headers in [&[("await-position", "x")] as &[_], &[("await-position", "-1")], &twice] {
        assert_eq!(call(&router, get("/await", headers)).await.problem().code, "invalid-header");
    }
}

#[tokio::test]
async fn a_request_names_one_host() {
    let router = http_kit::standard(crate::support::hello(), "test", &http_kit::Limits::for_testing());
    let server = Server::start(router, http_kit::Limits::for_testing()).await;
    for (hosts, status) in [("", "400"), ("host: x\r\nhost: x\r\n", "400"), ("host: x\r\n", "200")] {
        let mut stream = server.connect().await;
        let request = format!("GET / HTTP/1.1\r\nconnection: close\r\n{hosts}\r\n");
        stream.write_all(request.as_bytes()).await.expect("the server reads");
        let answer = read_to_end(&mut stream).await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{hosts:?}: {answer}");
        assert_eq!(answer.contains(r#""code":"invalid-header""#), status == "400", "{hosts:?}: {answer}");
    }
}
