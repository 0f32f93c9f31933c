//! Holds answers against docs/openapi.json: a status, header, type or body that it does not declare fails the test.

mod document;
mod numbers;

use http::HeaderMap;
use http::header::CONTENT_TYPE;
use serde_json::Value;

use document::{Declared, Document};
pub use numbers::{MISSPELT_NUMBERS, NumberParameter, number_parameters};

/// Headers that HTTP itself may add to any answer.
const OF_HTTP: [&str; 12] = [
    "allow",
    "cache-control",
    "connection",
    "content-length",
    "content-security-policy",
    "content-type",
    "date",
    "strict-transport-security",
    "transfer-encoding",
    "vary",
    "x-content-type-options",
    "x-frame-options",
];
/// What is no operation of the document answers these, and operations may, where only one of the two APIs is asked.
const OF_NO_OPERATION: [(u16, &str); 2] = [(404, "not-found"), (405, "method-not-allowed")];

/// An answer as a test got it.
#[derive(Debug, Clone, Copy)]
pub struct Answered<'test> {
    pub status: u16,
    pub headers: &'test HeaderMap,
    pub body: &'test [u8],
}

/// The answer to a request. Addresses that are no part of the API, as those of probes, may answer what they like.
///
/// # Panics
/// Where the document does not allow the answer.
#[track_caller]
pub fn assert_documented(method: &str, target: &str, answer: Answered<'_>) {
    let path = target.split(['?', '#']).next().unwrap_or_default();
    if !path.starts_with("/v1/") && !path.starts_with("/.well-known/") {
        return;
    }
    if let Err(why) = check(method, path, answer) {
        let body = String::from_utf8_lossy(answer.body);
        panic!(
            "docs/openapi.json does not allow what {method} {target} answered: {why}\n{} {:?}\n{body}",
            answer.status, answer.headers
        );
    }
}

/// A problem, for any request: it has to be one of those that the document knows.
///
/// # Panics
/// Where it is none.
#[track_caller]
pub fn assert_problem(answer: Answered<'_>) {
    if let Err(why) = check_problem(answer) {
        panic!("docs/openapi.json knows no such problem: {why}\n{}", String::from_utf8_lossy(answer.body));
    }
}

fn check(method: &str, path: &str, answer: Answered<'_>) -> Result<(), String> {
    let document = Document::checked_in();
    // RFC 9110 §9.3.2: as GET, without the body.
    let is_head = method == "HEAD";
    let method = if is_head { "get".to_owned() } else { method.to_ascii_lowercase() };
    let operation = document.operation(&method, path);
    let declared = operation.and_then(|operation| operation.answer(answer.status));
    let Some(declared) = declared else {
        let known = operation.map_or("it is no operation".to_owned(), |operation| operation.statuses());
        return of_no_operation(answer)
            .map_err(|why| format!("{} is not declared ({known}); {why}", answer.status));
    };
    check_headers(&declared, answer)?;
    if is_head { Ok(()) } else { check_body(&declared, answer) }
}

/// What the router itself answers, before there is any operation.
fn of_no_operation(answer: Answered<'_>) -> Result<(), String> {
    let problem: Value = serde_json::from_slice(answer.body).map_err(|error| error.to_string())?;
    let code = problem["code"].as_str().unwrap_or_default();
    if !OF_NO_OPERATION.contains(&(answer.status, code)) {
        return Err(format!("{code} is no answer of the router"));
    }
    check_problem(answer)
}

fn check_problem(answer: Answered<'_>) -> Result<(), String> {
    let problem: Value = serde_json::from_slice(answer.body).map_err(|error| error.to_string())?;
    if content_type(answer.headers) != Some("application/problem+json") {
        return Err("it is not announced as one".to_owned());
    }
    let is_of_status = problem["status"] == answer.status;
    if is_of_status {
        Document::checked_in().problem(&problem)
    } else {
        Err("it has another status".to_owned())
    }
}

fn check_headers(declared: &Declared<'_>, answer: Answered<'_>) -> Result<(), String> {
    for (name, value) in answer.headers {
        if OF_HTTP.contains(&name.as_str()) {
            continue;
        }
        let text = value.to_str().map_err(|_opaque| format!("{name} is not ASCII"))?;
        declared.header(name.as_str(), text)?;
    }
    match declared.required_headers().find(|name| !answer.headers.contains_key(*name)) {
        Some(missing) => Err(format!("{missing} is missing")),
        None => Ok(()),
    }
}

fn check_body(declared: &Declared<'_>, answer: Answered<'_>) -> Result<(), String> {
    let Some(found) = content_type(answer.headers) else {
        let allowed = declared.is_empty() && answer.body.is_empty();
        return if allowed { Ok(()) } else { Err("there is a body without a type, or none".to_owned()) };
    };
    if found == "application/x-ndjson" {
        let lines = answer.body.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
        return lines.into_iter().try_for_each(|line| declared.body(found, line));
    }
    declared.body(found, answer.body)
}

fn content_type(headers: &HeaderMap) -> Option<&str> {
    headers.get(CONTENT_TYPE)?.to_str().ok()
}
