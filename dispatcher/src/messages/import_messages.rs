//! `POST /v1/messages:import`.

use std::time::Duration;

use api_types::codes;
use api_types::import::{ImportLine, ImportOutcome, ImportReport};
use api_types::problem::Problem;
use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use domain::message::{MessageCommand, PostMessage};
use domain::{AccountId, OriginalTime};
use event_store::Executed;
use futures::{Stream, StreamExt, TryStreamExt};
use http::HeaderMap;
use http::header::CONTENT_TYPE;
use http_kit::position::EventPosition;
use http_kit::{ApiProblem, Caller, RequestContext, Role};
use time::OffsetDateTime;
use tokio_util::codec::{AnyDelimiterCodec, AnyDelimiterCodecError, FramedRead};
use tokio_util::io::StreamReader;

use super::{command, parse};
use crate::problems;
use crate::state::Ready;

const NDJSON: &str = "application/x-ndjson";
/// Bytes of one line: a message of 1,120 bytes with eight tags, all of it escaped.
const LINE_BYTES_MAX: usize = 16 * 1024;
/// Lines of one request: what its deadline allows, and what bounds the report.
const LINES_MAX: u64 = 10_000;
/// Lines that are carried out at the same time; they share the broker's syncs.
const LINES_AT_ONCE: usize = 128;
/// Longest wait for the next line.
const LINE_TIMEOUT: Duration = Duration::from_secs(10);
const KEY_CHARS_MAX: usize = 255;

/// Imports messages of any account with their original times, for operators.
///
/// Takes newline-delimited JSON, at most 10,000 lines of 16 KiB, and answers a line of report for each line. A refused
/// line stops no other. Lines are carried out side by side, so ids need not follow their order. A line with a `key`
/// is safe to repeat for at least 24 hours; one without is imported again. Needs the role `operator` or `admin`.
#[utoipa::path(
    post, path = "/v1/messages:import", tag = "messages",
    request_body(content = ImportLine, content_type = "application/x-ndjson"),
    responses(
        (status = 200, description = "A report per line. Header: Event-Position of the last event", body = ImportReport, content_type = "application/x-ndjson"),
        (status = 401, description = "No identity, or a bad one", body = Problem),
        (status = 403, description = "The caller lacks a role", body = Problem),
        (status = 415, description = "The body is not application/x-ndjson", body = Problem),
        (status = 503, description = "The log cannot be reached", body = Problem),
    ),
    security(("bearer" = [])),
)]
pub(crate) async fn import_messages(
    State(state): State<crate::State>,
    caller: Caller,
    context: RequestContext,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, ApiProblem> {
    caller.require_any(&[Role::Operator, Role::Admin])?;
    require_ndjson(&headers)?;
    let import = Import { operator: command::actor(&caller)?.account, ready: state.ready()?, context };
    let mut done =
        std::pin::pin!(lines(body).map(|(number, line)| import.line(number, line)).buffered(LINES_AT_ONCE));
    let mut report = Vec::new();
    let mut last_position = 0;
    while let Some((line, position)) = done.next().await {
        last_position = last_position.max(position.unwrap_or(0));
        serde_json::to_writer(&mut report, &line).map_err(ApiProblem::internal)?;
        report.push(b'\n');
    }
    let content_type = [(CONTENT_TYPE, NDJSON)];
    if last_position > 0 {
        return Ok((content_type, EventPosition(last_position), report).into_response());
    }
    Ok((content_type, report).into_response())
}

fn require_ndjson(headers: &HeaderMap) -> Result<(), ApiProblem> {
    let given = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = given.split(';').next().unwrap_or_default().trim();
    if essence.eq_ignore_ascii_case(NDJSON) {
        return Ok(());
    }
    Err(ApiProblem::new(codes::WRONG_CONTENT_TYPE).detail("The body must be application/x-ndjson."))
}

/// Numbered lines as they arrive; blank ones are passed over. Ends behind the first line that cannot be read at all.
fn lines(body: Body) -> impl Stream<Item = (u64, Result<Bytes, ApiProblem>)> {
    let reader = StreamReader::new(body.into_data_stream().map_err(std::io::Error::other));
    let codec = AnyDelimiterCodec::new_with_max_length(b"\n".to_vec(), b"\n".to_vec(), LINE_BYTES_MAX);
    let framed = FramedRead::new(reader, codec);
    futures::stream::unfold((framed, 0, false), |(mut framed, number, is_over)| async move {
        if is_over {
            return None;
        }
        let number: u64 = number + 1;
        let (line, is_over) = match tokio::time::timeout(LINE_TIMEOUT, framed.next()).await {
            Ok(None) => return None,
            Ok(Some(_)) if number > LINES_MAX => (
                Err(ApiProblem::new(codes::BODY_TOO_LARGE)
                    .detail("A request takes 10,000 lines. Send this and the following ones in another.")),
                true,
            ),
            Ok(Some(Ok(line))) => (Ok(line), false),
            Ok(Some(Err(AnyDelimiterCodecError::MaxChunkLengthExceeded))) => {
                (Err(ApiProblem::new(codes::BODY_TOO_LARGE).detail("A line takes 16 KiB.")), false)
            }
            Ok(Some(Err(AnyDelimiterCodecError::Io(error)))) => (
                Err(ApiProblem::new(codes::BODY_TIMEOUT).detail("The body broke off.").caused_by(error)),
                true,
            ),
            Err(_) => (Err(ApiProblem::new(codes::BODY_TIMEOUT)), true),
        };
        Some(((number, line), (framed, number, is_over)))
    })
    .filter(|(_, line)| {
        let is_blank = line.as_ref().is_ok_and(|line| line.trim_ascii().is_empty());
        std::future::ready(!is_blank)
    })
}

/// What all lines of one request share.
struct Import {
    operator: AccountId,
    ready: Ready,
    context: RequestContext,
}

impl Import {
    async fn line(&self, number: u64, line: Result<Bytes, ApiProblem>) -> (ImportReport, Option<i64>) {
        let executed = match line {
            Ok(line) => self.import(&line).await,
            Err(problem) => Err(problem),
        };
        let mut report = ImportReport {
            line: number,
            outcome: ImportOutcome::Refused,
            id: None,
            code: None,
            detail: None,
        };
        match executed {
            Ok(Executed { outcome, repeated }) => {
                report.outcome = if repeated { ImportOutcome::Repeated } else { ImportOutcome::Imported };
                report.id = Some(outcome.message.to_string());
                (report, Some(outcome.position().get()))
            }
            Err(problem) => {
                report.code = Some(problem.code().to_owned());
                report.detail = problem.problem().detail.clone().map(String::from);
                (report, None)
            }
        }
    }

    async fn import(&self, line: &[u8]) -> Result<Executed, ApiProblem> {
        let parsed: ImportLine = serde_json::from_slice(line)
            .map_err(|error| ApiProblem::new(codes::MALFORMED_JSON).detail(error.to_string()))?;
        let author: AccountId = parsed.account.parse().map_err(|error: domain::IdError| {
            ApiProblem::new(codes::INVALID_FIELD).field("account", error.to_string())
        })?;
        let post = PostMessage {
            author,
            text: parse::text(&parsed.text)?,
            tags: parse::tags(None, Some(&parsed.tags))?.unwrap_or_default(),
            in_reply_to: None,
            original_time: Some(
                OriginalTime::parse(parsed.time, OffsetDateTime::now_utc())
                    .map_err(|rejection| problems::from_rejection(&rejection))?,
            ),
        };
        let key = key_of(&parsed)?;
        let key = command::idempotency(key, "import", line.trim_ascii());
        let execution = command::execution(self.operator, &self.context, key);
        command::execute(self.ready.clone(), execution, MessageCommand::Post(post))
            .await
            .map_err(problems::from_execute)
    }
}

/// Keys of lines live apart from those of requests.
fn key_of(line: &ImportLine) -> Result<Option<String>, ApiProblem> {
    match &line.key {
        None => Ok(None),
        Some(key) if key.is_empty() || key.chars().count() > KEY_CHARS_MAX => {
            Err(ApiProblem::new(codes::IDEMPOTENCY_KEY_INVALID).field("key", "1 to 255 characters"))
        }
        Some(key) => Ok(Some(format!("import:{key}"))),
    }
}
