//! `POST /v1/import`.

use std::sync::Mutex;

use api_types::import::{ImportKind, ImportLine, ImportOutcome, ImportReport};
use api_types::problem::Problem;
use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures::StreamExt;
use http::HeaderMap;
use http::header::CONTENT_TYPE;
use http_kit::idempotency::IdempotencyKey;
use http_kit::position::EventPosition;
use http_kit::{ApiProblem, Caller, RequestContext, content};
use tokens::Role;

use super::carry_out::{Done, Import};
use super::parse::Line;
use super::references::{Made, QueuedLine, References};
use super::{lines, parse};
use crate::http::command;
use crate::http::documentation::CommandHeaders;
use crate::refusal::Refusal;

const NDJSON: &str = "application/x-ndjson";
/// Lines that are carried out at the same time; they share the broker's syncs.
const LINES_AT_ONCE: usize = 128;

/// Imports accounts and what they did, with their original times, for operators.
///
/// Takes newline-delimited JSON, at most 10,000 lines of 16 KiB, and answers a line of report for each line. A refused
/// line stops no other; a failure of the log ends the request with its problem, and there is no report then. Lines are
/// carried out side by side, so ids and positions need not follow their order; but a line that names what an earlier
/// one brings, a message by that line's `key` or an account by its handle, waits for it, and lines that change or take
/// back keep their place among all others. A line with a `key` is safe to
/// repeat for at least 24 hours, and so is the whole body under an `Idempotency-Key`, which names each line without a
/// key by its number; any other line is imported again. Nothing is older than what it is about, and nobody is notified
/// of what is imported. A caller has one import at a time. Needs the role `operator` or `admin`.
#[utoipa::path(
    post, path = "/v1/import", tag = "import",
    request_body(
        content = ImportLine, content_type = "application/x-ndjson",
        examples(
            ("account" = (value = json!({"kind": "account", "handle": "nightjar", "displayName": "Nightjar",
                "time": "2019-03-01T08:00:00Z", "key": "a-1"}))),
            ("message" = (value = json!({"kind": "message", "account": "@nightjar", "text": "The nightjars are back",
                "tags": ["birds"], "time": "2019-05-01T21:00:00Z", "key": "m-17"}))),
            ("reply" = (value = json!({"kind": "message", "account": "@owl", "text": "Where?",
                "inReplyTo": {"key": "m-17"}, "time": "2019-05-01T21:04:00Z", "key": "m-18"}))),
            ("follow" = (value = json!({"kind": "follow", "account": "@owl", "followee": "@nightjar",
                "time": "2019-04-01T12:00:00Z", "key": "f-1"}))),
            ("like" = (value = json!({"kind": "like", "account": "@owl", "message": {"key": "m-17"},
                "time": "2019-05-01T21:05:00Z", "key": "l-1"}))),
            ("repost" = (value = json!({"kind": "repost", "account": "@owl", "message": "256",
                "time": "2026-05-01T21:06:00Z", "key": "r-1"}))),
            ("edit" = (value = json!({"kind": "edit", "account": "@nightjar", "message": {"key": "m-17"},
                "text": "Both of them are back", "time": "2019-05-01T21:09:00Z", "key": "e-1"}))),
            ("deactivate" = (value = json!({"kind": "deactivate", "account": "@owl",
                "time": "2021-01-01T00:00:00Z", "key": "d-1"}))),
        ),
    ),
    params(CommandHeaders),
    responses(
        (status = 200, description = "A report per line", body = ImportReport, content_type = "application/x-ndjson"),
    ),
    security(("bearer" = [])),
    extensions(("x-rate" = json!("import")), ("x-problems" = json!(["rate-limited"]))),
)]
pub(crate) async fn import_lines(
    State(state): State<crate::State>,
    caller: Caller,
    IdempotencyKey(key): IdempotencyKey,
    context: RequestContext,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, ApiProblem> {
    caller.require_any(&[Role::Operator, Role::Admin])?;
    content::require(&headers, NDJSON)?;
    let operator = command::actor(&caller)?.account;
    let ready = state.ready()?;
    let _guard = state.imports().acquire(operator)?;
    let lines = lines::of(body, context.body_limits().timeout);
    let import = Import { operator, ready, context, key, holders: Mutex::default() };
    let mut references = References::default();
    let reports = lines.map(|(number, line)| {
        // Here, and not in the future: what a line refers to is what came before it.
        let parsed = Parsed::of(number, line, &mut references);
        report(&import, number, parsed)
    });
    let mut reports = std::pin::pin!(reports.buffered(LINES_AT_ONCE));
    let mut body = Vec::new();
    let mut last_position = 0;
    while let Some(reported) = reports.next().await {
        let (line, position) = reported?;
        last_position = last_position.max(position.unwrap_or(0));
        serde_json::to_writer(&mut body, &line).map_err(ApiProblem::internal)?;
        body.push(b'\n');
    }
    let content_type = [(CONTENT_TYPE, NDJSON)];
    if last_position > 0 {
        return Ok((content_type, EventPosition(last_position), body).into_response());
    }
    Ok((content_type, body).into_response())
}

/// A line as far as it could be read.
struct Parsed {
    kind: Option<ImportKind>,
    queued: QueuedLine,
    content: Result<(Line, Bytes), Refusal>,
}

impl Parsed {
    fn of(number: u64, line: Result<Bytes, ApiProblem>, references: &mut References) -> Self {
        let bytes = match line {
            Ok(bytes) => bytes,
            Err(problem) => {
                let queued = parse::enqueue(number, None, &[], references);
                return Self { kind: None, queued, content: Err(problem.into()) };
            }
        };
        let kind = parse::kind(&bytes);
        let known = kind.as_ref().ok().copied();
        let line = kind.and_then(|kind| parse::line(kind, &bytes, references));
        let queued = parse::enqueue(number, known, &bytes, references);
        Self { kind: known, queued, content: line.map(|line| (line, bytes)) }
    }
}

/// As far as lines are read before anything is carried out.
#[cfg(feature = "fuzz")]
pub(crate) fn read_lines(body: &[u8]) {
    let mut references = References::default();
    for (number, line) in (1..).zip(body.split(|byte| *byte == b'\n')) {
        drop(Parsed::of(number, Ok(Bytes::copy_from_slice(line)), &mut references));
    }
}

/// The report on a line and the position of its event. A failure that is not the line's own is an error: it says
/// nothing definite about the line, and the other lines would share it.
async fn report(
    import: &Import,
    number: u64,
    Parsed { kind, mut queued, content }: Parsed,
) -> Result<(ImportReport, Option<i64>), ApiProblem> {
    queued.reached().await;
    let done = match content {
        Ok((line, bytes)) => import.carry_out(number, line, &bytes).await,
        Err(refusal) => Err(refusal),
    };
    match done.map_err(ApiProblem::from) {
        Ok(Done { made, position, repeated }) => {
            queued.make(made);
            let report = ImportReport {
                line: number,
                kind,
                outcome: if repeated { ImportOutcome::Repeated } else { ImportOutcome::Imported },
                id: match made {
                    Made::Account(id) => Some(id.to_string()),
                    Made::Message(id) => Some(id.to_string()),
                    Made::Edge => None,
                },
                code: None,
                detail: None,
            };
            Ok((report, Some(position)))
        }
        Err(problem) if problem.status().is_server_error() => Err(problem.detail(format!(
            "Line {number} failed, and others may have been imported. Repeat the request: what has a key is imported \
             once."
        ))),
        Err(problem) => Ok((refused(number, kind, problem.problem()), None)),
    }
}

fn refused(number: u64, kind: Option<ImportKind>, problem: &Problem) -> ImportReport {
    let of_field = || {
        let error = problem.errors.first()?;
        Some(format!("{}: {}", error.field, error.detail.as_deref().unwrap_or(&problem.title)))
    };
    let detail = of_field().or_else(|| problem.detail.clone().map(String::from));
    ImportReport {
        line: number,
        kind,
        outcome: ImportOutcome::Refused,
        id: None,
        code: Some(problem.code.clone().into_owned()),
        detail: detail.or_else(|| Some(problem.title.clone().into_owned())),
    }
}
