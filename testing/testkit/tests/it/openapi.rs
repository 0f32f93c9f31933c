//! What the document does not allow is noticed.

use http::HeaderMap;
use testkit::openapi::{Answered, assert_documented};

const RECEIPT: &str = r#"{"id":"256","edition":1}"#;
const CREATED: [(&str, &str); 4] = [
    ("content-type", "application/json"),
    ("event-position", "256"),
    ("location", "/v1/messages/256"),
    ("x-request-id", "r"),
];
const PROBLEM: [(&str, &str); 2] = [("content-type", "application/problem+json"), ("x-request-id", "r")];

fn allowed(method: &str, path: &str, status: u16, headers: &[(&'static str, &str)], body: &str) -> bool {
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        map.insert(*name, value.parse().expect("it is a header value"));
    }
    let answered = Answered { status, headers: &map, body: body.as_bytes() };
    std::panic::catch_unwind(|| assert_documented(method, path, answered)).is_ok()
}

fn posted(status: u16, headers: &[(&'static str, &str)], body: &str) -> bool {
    allowed("POST", "/v1/messages", status, headers, body)
}

fn problem(status: u16, code: &str, more: &str) -> String {
    format!(r#"{{"type":"/docs/errors#{code}","title":"x","status":{status},"code":"{code}"{more}}}"#)
}

#[test]
fn what_is_declared_is_allowed() {
    assert!(posted(201, &CREATED, RECEIPT));
    assert!(posted(422, &PROBLEM, &problem(422, "TextMustNotBeEmpty", r#","detail":"x","requestId":"r""#)));
    assert!(allowed("GET", "/metrics", 299, &[], "whatever"), "it is no part of the API");
}

#[test]
fn a_status_header_type_or_body_that_is_not_declared_is_not_allowed() {
    assert!(!posted(200, &CREATED, RECEIPT));
    assert!(!posted(201, &[&CREATED[..], &[("x-more", "1")]].concat(), RECEIPT));
    assert!(!posted(201, &[&CREATED[..1], &CREATED[2..]].concat(), RECEIPT), "Event-Position is missing");
    assert!(!posted(201, &[&CREATED[..], &[("event-position", "x")]].concat(), RECEIPT));
    assert!(!posted(201, &[&CREATED[1..], &[("content-type", "text/plain")]].concat(), RECEIPT));
    for body in
        [r#"{"id":"256"}"#, r#"{"id":256,"edition":1}"#, r#"{"id":"256","edition":1,"more":1}"#, "", "[]"]
    {
        assert!(!posted(201, &CREATED, body), "{body}");
    }
}

#[test]
fn a_problem_that_is_not_declared_is_not_allowed() {
    assert!(!posted(422, &PROBLEM, &problem(422, "EditionMustMatch", "")), "it is another operation's");
    assert!(!posted(422, &PROBLEM, &problem(400, "TextMustNotBeEmpty", "")), "it is of another status");
    assert!(!posted(422, &PROBLEM, &problem(422, "TextMustNotBeEmpty", r#","more":1"#)));
    assert!(!posted(418, &PROBLEM, &problem(418, "not-found", "")));
    assert!(!posted(422, &CREATED, &problem(422, "TextMustNotBeEmpty", "")), "it is no problem+json");
}

#[test]
fn an_address_is_looked_up_as_it_is_routed() {
    let counts = [
        ("content-type", "application/json"),
        ("data-position", "0"),
        ("etag", "\"x\""),
        ("x-request-id", "r"),
    ];
    assert!(allowed("GET", "/v1/messages/counts?bucket=day", 200, &counts, "[]"));
    assert!(!allowed("GET", "/v1/messages/256", 200, &counts, "[]"), "a message is no list");
    assert!(allowed("GET", "/v1/messages?count=1", 200, &counts, "7"));
    assert!(allowed("GET", "/v1/nowhere", 404, &PROBLEM, &problem(404, "not-found", "")));
    assert!(!allowed("GET", "/v1/nowhere", 404, &PROBLEM, &problem(404, "gone", "")));
}
