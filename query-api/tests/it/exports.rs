//! Data sets in files: what is in them, who gets them, and what they cost others.

use std::time::Duration;

use axum::Router;
use axum::body::Body;
use http::{Method, Request, StatusCode};
use http_body_util::BodyExt;
use http_kit::Limits;
use query_api::ExportLimits;
use serde_json::{Value, json};
use testkit::eventually;
use tower::ServiceExt;

use crate::support::rows::{execute, fold, row};
use crate::support::{ADMIN, ANALYST, App, Caller, GATEWAY_SECRET, READER};

const OTHER: Caller = Caller { account: 80, roles: "analyst" };
const LAST: Caller = Caller { account: 81, roles: "analyst" };

async fn filled() -> App {
    let app = App::start().await;
    fill(&app).await;
    app
}

async fn fill(app: &App) {
    let rows = [
        row(256, 1, &["birds"], "2026-01-01T00:00:00Z"),
        row(512, 2, &[], "2026-01-01T00:00:01.5Z"),
        row(768, 1, &["birds", "terns"], "2026-01-01T00:00:02Z"),
    ];
    fold(&app.writer, &rows).await;
}

/// The body and its receipt, or that it was broken off.
async fn get(router: &Router, caller: Caller, path: &str) -> Result<(Vec<u8>, Value), StatusCode> {
    let response = begin(router, caller, path).await;
    if response.status() != StatusCode::OK {
        return Err(response.status());
    }
    let body = response.into_body().collect().await.map_err(|_broken| StatusCode::IM_A_TEAPOT)?;
    let receipt =
        body.trailers().and_then(|trailers| trailers.get("export-receipt")).expect("it is complete");
    let receipt = serde_json::from_slice(receipt.as_bytes()).expect("it is JSON");
    Ok((body.to_bytes().to_vec(), receipt))
}

/// Without reading the body.
async fn begin(router: &Router, caller: Caller, path: &str) -> http::Response<Body> {
    let request = Request::get(path)
        .header("X-User-ID", caller.account)
        .header("X-User-Roles", caller.roles)
        .header("X-Gateway-Secret", GATEWAY_SECRET)
        .body(Body::empty())
        .expect("tests build good requests");
    router.clone().oneshot(request).await.expect("the router cannot fail")
}

#[tokio::test]
async fn a_file_holds_all_rows_of_one_position_and_says_which() {
    let app = filled().await;
    let (bytes, receipt) =
        get(&app.router, ANALYST, "/v1/exports/messages?format=ndjson").await.expect("it is given");
    let lines: Vec<Value> = bytes
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty())
        .map(|line| serde_json::from_slice(line).expect("it is JSON"))
        .collect();
    let ids: Vec<&Value> = lines.iter().map(|line| &line["id"]).collect();
    assert_eq!(ids, [256, 512, 768]);
    assert_eq!((&lines[2]["tags"], &lines[2]["in_reply_to"]), (&json!(["birds", "terns"]), &Value::Null));
    assert_eq!(lines[1]["created_at"], "2026-01-01T00:00:01.500000Z");
    assert_eq!((&receipt["position"], &receipt["rows"]), (&json!(768), &json!(3)));
    assert_eq!((&receipt["logLineage"], &receipt["leftOut"]), (&json!("test"), &json!([])));

    let (bytes, of_csv) =
        get(&app.router, ANALYST, "/v1/exports/messages?format=csv").await.expect("it is given");
    let text = String::from_utf8(bytes).expect("it is text");
    assert!(text.starts_with("id,") && text.lines().count() == 4, "{text}");
    let (bytes, of_parquet) = get(&app.router, ANALYST, "/v1/exports/messages").await.expect("it is given");
    assert!(bytes.starts_with(b"PAR1") && bytes.ends_with(b"PAR1"));
    for other in [of_csv, of_parquet] {
        assert_eq!(other, receipt, "a receipt says nothing of the format");
    }
    let answer = app.get_as(ANALYST, "/v1/exports/messages?format=csv").await;
    assert_eq!(answer.header("content-disposition"), "attachment; filename=\"messages-768.csv\"");
    assert_eq!(
        (answer.header("data-position"), answer.header("contract-version")),
        ("768", data_set::published::CONTRACT_VERSION)
    );
    assert_eq!(answer.header("trailer"), "Export-Receipt");
}

#[tokio::test]
async fn only_analysts_are_given_files_and_only_of_what_there_is() {
    let app = filled().await;
    app.get_as(READER, "/v1/exports/messages").await.is_problem(403, "role-required");
    assert!(app.get_as(ADMIN, "/v1/exports/messages").await.status.is_success());
    // What accounts keep to themselves is no data set, whoever asks.
    for name in ["bookmarks", "blocks", "notifications", "report_queue", "messages;", "pg_class"] {
        app.get_as(ADMIN, &format!("/v1/exports/{name}")).await.is_problem(404, "not-found");
    }
    for query in ["format=xlsx", "format=", "since=x", "since=-1", "since=01", "limit=1"] {
        let answer = app.get_as(ANALYST, &format!("/v1/exports/messages?{query}")).await;
        answer.is_problem(400, "invalid-parameter");
    }
    app.get_as(ANALYST, "/v1/exports/message_tags?since=256").await.is_problem(422, "changes-not-kept");
    let headers = [("Await-Position", "1024"), ("Prefer", "wait=0")];
    let early = app.send(Method::GET, "/v1/exports/messages", Some(ANALYST), &headers).await;
    early.is_problem(503, "not-caught-up");
}

#[tokio::test]
async fn whoever_has_a_file_is_not_given_it_again() {
    let app = filled().await;
    let path = "/v1/exports/messages?format=csv";
    let first = app.get_as(ANALYST, path).await;
    let tag = first.header("etag").to_owned();
    let again = app.send(Method::GET, path, Some(ANALYST), &[("If-None-Match", &tag)]).await;
    assert_eq!((again.status.as_u16(), again.body.len()), (304, 0));
    let other =
        app.send(Method::GET, "/v1/exports/messages", Some(ANALYST), &[("If-None-Match", &tag)]).await;
    assert_eq!(other.status.as_u16(), 200, "another format is another file");
    fold(&app.writer, &[row(1024, 1, &[], "2026-01-01T00:00:03Z")]).await;
    let later = app.send(Method::GET, path, Some(ANALYST), &[("If-None-Match", &tag)]).await;
    assert_eq!(later.status.as_u16(), 200);
}

/// Whoever reads slowly, or not at all, would hold back the removal of dead rows and a rebuild's switch.
#[tokio::test]
async fn whoever_does_not_read_holds_no_snapshot() {
    let app = filled().await;
    let unread = begin(&app.router, ANALYST, "/v1/exports/messages").await;
    assert_eq!(unread.status(), StatusCode::OK);
    eventually("the export's connection is gone", Duration::from_secs(10), || async {
        let under_way: i64 = sqlx::query_scalar(
            "select count(*) from pg_stat_activity where application_name = 'rookery-export'",
        )
        .fetch_one(&app.writer)
        .await
        .expect("activity can be read");
        if under_way == 0 { Ok(()) } else { Err(format!("{under_way} are there")) }
    })
    .await;
    execute(&app.writer, "drop view published.messages").await;
    let whole = unread.into_body().collect().await.expect("it is complete").to_bytes();
    assert!(whole.ends_with(b"PAR1"));
}

#[tokio::test]
async fn an_account_has_one_export_at_a_time_and_all_together_two() {
    let app = App::start_with(Limits { access_log: false, ..Limits::default() }).await;
    fill(&app).await;
    let path = "/v1/exports/messages";
    let (first, second) = (begin(&app.router, ANALYST, path).await, begin(&app.router, OTHER, path).await);
    assert_eq!((first.status(), second.status()), (StatusCode::OK, StatusCode::OK));
    let own = app.get_as(ANALYST, path).await;
    own.is_problem(429, "rate-limited");
    assert_eq!(own.header("retry-after"), "10");
    app.get_as(LAST, path).await.is_problem(503, "overloaded");
    first.into_body().collect().await.expect("it is complete");
    assert!(app.get_as(LAST, path).await.status.is_success(), "what was read makes room");
    drop(second);
    assert!(app.get_as(OTHER, path).await.status.is_success(), "and so does what was given up");
}

#[tokio::test]
async fn what_is_broken_off_is_no_whole_file() {
    let app = filled().await;
    let limits = Limits { access_log: false, enforced: false, ..Limits::default() };
    for format in ["parquet", "csv", "ndjson"] {
        let exports = ExportLimits { bytes_max: 100, ..ExportLimits::default() };
        let state = app.state.clone().with_exports(exports, &limits);
        let router = http_kit::standard(query_api::router(state, &limits), "query-api", &limits);
        let broken = get(&router, ANALYST, &format!("/v1/exports/messages?format={format}")).await;
        assert_eq!(broken.expect_err("it is too large"), StatusCode::IM_A_TEAPOT, "{format}");
    }
    let exports = ExportLimits { dir: "/nowhere".into(), ..ExportLimits::default() };
    let state = app.state.clone().with_exports(exports, &limits);
    let router = http_kit::standard(query_api::router(state, &limits), "query-api", &limits);
    let refused = get(&router, ANALYST, "/v1/exports/messages").await;
    assert_eq!(refused.expect_err("nothing can be written"), StatusCode::SERVICE_UNAVAILABLE);
}

#[tokio::test]
async fn what_takes_longer_than_a_snapshot_may_be_held_is_broken_off() {
    let app = filled().await;
    // Each row takes half a second.
    execute(
        &app.writer,
        "create function slowly(bigint) returns bigint language sql volatile as $$ select $1 from pg_sleep(0.5) $$;
         create or replace view published.message_tags as
         select tag, created_at, slowly(id) as id, id::text as id_text, author from social_v1.message_tag",
    )
    .await;
    let limits = Limits { access_log: false, enforced: false, ..Limits::default() };
    let exports = ExportLimits { snapshot_max: Duration::from_secs(1), ..ExportLimits::default() };
    let state = app.state.clone().with_exports(exports, &limits);
    let router = http_kit::standard(query_api::router(state, &limits), "query-api", &limits);
    let broken = get(&router, ANALYST, "/v1/exports/message_tags?format=csv").await;
    assert_eq!(broken.expect_err("it takes three seconds"), StatusCode::IM_A_TEAPOT);
}
