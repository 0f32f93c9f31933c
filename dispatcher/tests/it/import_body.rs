//! An import's body as a stream: its lines, its bounds, its end.

use std::time::Duration;

use api_types::import::ImportOutcome::{Imported, Refused};
use api_types::import::{ImportOutcome, ImportReport};
use http_kit::Limits;
use http_kit::limits::BodyLimits;
use reqwest::{Body, Method};

use crate::answer::refused;
use crate::app::{App, quiet};

const GOOD: &str = r#"{"kind":"message","text":"good","account":"42","time":"2020-01-01T00:00:00Z"}"#;

fn outcomes(reports: &[ImportReport]) -> Vec<(u64, ImportOutcome, Option<&str>)> {
    reports.iter().map(|report| (report.line, report.outcome, report.code.as_deref())).collect()
}

#[tokio::test]
async fn an_empty_body_is_an_empty_report() {
    let app = App::start().await;
    for body in ["", "\n", "\r\n \n\t\n"] {
        let answer = app.caller(7, "operator").import(body).await;
        assert_eq!(answer.reports(), [], "{body:?}");
        assert_eq!(answer.header("event-position"), "");
    }
}

#[tokio::test]
async fn blank_lines_are_passed_over_but_counted() {
    let app = App::start().await;
    let answer = app.caller(7, "operator").import(format!("\n{GOOD}\n  \r\n{GOOD}")).await;
    assert_eq!(outcomes(&answer.reports()), [(2, Imported, None), (4, Imported, None)]);
}

#[tokio::test]
async fn a_truncated_last_line_is_refused() {
    let app = App::start().await;
    let answer = app.caller(7, "operator").import(format!("{GOOD}\n{}", &GOOD[..30])).await;
    assert_eq!(outcomes(&answer.reports()), [(1, Imported, None), (2, Refused, Some("malformed-json"))]);
    assert_eq!(app.events().await, 1);
}

#[tokio::test]
async fn a_huge_line_stops_no_other() {
    let app = App::start().await;
    let largest = format!("{GOOD}{}", " ".repeat(16 * 1024 - GOOD.len()));
    let body = format!(
        "{GOOD}\n{}\n{GOOD}\n{largest}\n{largest} \n{GOOD}\n{}",
        "x".repeat(1 << 20),
        "y".repeat(1 << 15)
    );
    let answer = app.caller(7, "operator").import(body).await;
    let expected = [
        (1, Imported, None),
        (2, Refused, Some("body-too-large")),
        (3, Imported, None),
        (4, Imported, None),
        (5, Refused, Some("body-too-large")),
        (6, Imported, None),
        (7, Refused, Some("body-too-large")),
    ];
    assert_eq!(outcomes(&answer.reports()), expected);
    assert_eq!(app.events().await, 4);
}

#[tokio::test]
async fn bytes_that_are_no_text_are_refused_line_by_line() {
    let app = App::start().await;
    let body =
        [GOOD.as_bytes(), b"\n{\"kind\":\"message\",\"text\":\"\xff\"}\n\0\0\n", GOOD.as_bytes(), b"\n"]
            .concat();
    let reports = app.caller(7, "operator").import(body).await.reports();
    let malformed = Some("malformed-json");
    let expected =
        [(1, Imported, None), (2, Refused, malformed), (3, Refused, malformed), (4, Imported, None)];
    assert_eq!(outcomes(&reports), expected);
}

#[tokio::test]
async fn ten_thousand_lines_are_taken_and_the_rest_is_not_read() {
    let app = App::start().await;
    // Refused ones are quick, and count.
    let body = format!("{}{GOOD}\n{GOOD}\n{GOOD}\n", "{}\n".repeat(9_999));
    let reports = app.caller(7, "operator").import(body).await.reports();
    let last = outcomes(&reports[9_999..]);
    assert_eq!(last, [(10_000, Imported, None), (10_001, Refused, Some("body-too-large"))]);
    assert_eq!(app.events().await, 1);
}

#[tokio::test]
async fn the_report_arrives_also_where_much_was_not_read() {
    let app = App::start().await;
    let lines = futures::stream::repeat_with(|| Ok::<_, std::io::Error>("{}\n".repeat(1_000)));
    let many = futures::StreamExt::take(lines, 2_000);
    let reports = app.caller(7, "operator").import(Body::wrap_stream(many)).await.reports();
    assert_eq!(reports.len(), 10_001);
    assert_eq!(outcomes(&reports[10_000..]), [(10_001, Refused, Some("body-too-large"))]);
}

#[tokio::test]
async fn a_body_that_dawdles_ends_with_what_came() {
    let body = BodyLimits { timeout: Duration::from_millis(200), ..BodyLimits::default() };
    let app = App::start_with(Limits { body, ..quiet() }).await;
    let begun = futures::stream::iter([Ok::<_, std::io::Error>(format!("{GOOD}\n{{\"te"))]);
    let stuck = futures::StreamExt::chain(begun, futures::stream::pending());
    let reports = app.caller(7, "operator").import(Body::wrap_stream(stuck)).await.reports();
    assert_eq!(outcomes(&reports), [(1, Imported, None), (2, Refused, Some("body-timeout"))]);
    assert_eq!(app.events().await, 1);
}

#[tokio::test]
async fn other_content_types_are_refused() {
    let app = App::start().await;
    let operator = app.caller(7, "operator");
    for content_type in ["application/json", "text/plain", "application/x-ndjsonx", ""] {
        let headers = [("content-type", content_type)];
        let answer = operator.send(Method::POST, "/v1/import", &headers, GOOD).await;
        assert_eq!(answer.refusal(), refused(415, "wrong-content-type"), "{content_type}");
    }
    let answer = operator.send(Method::POST, "/v1/import", &[], GOOD).await;
    assert_eq!(answer.refusal(), refused(415, "wrong-content-type"));
    assert_eq!(app.events().await, 0);
    let headers = [("content-type", "Application/X-NDJSON; charset=utf-8")];
    let answer = operator.send(Method::POST, "/v1/import", &headers, GOOD).await;
    assert_eq!(answer.status, 200);
}
