//! `POST /v1/messages:import`.

mod lines;

use api_types::codes;
use api_types::import::{ImportLine, ImportOutcome, ImportReport};
use api_types::problem::Problem;
use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use domain::message::{MessageCommand, PostMessage};
use domain::{AccountId, OriginalTime};
use event_store::{Executed, MessageOutcome};
use futures::StreamExt;
use http::HeaderMap;
use http::header::CONTENT_TYPE;
use http_kit::idempotency::{IdempotencyKey, RequestKey};
use http_kit::position::EventPosition;
use http_kit::{ApiProblem, Caller, RequestContext, Role, content, json};
use time::OffsetDateTime;

use super::parse;
use crate::openapi::CommandHeaders;
use crate::state::Ready;
use crate::{command, problems};

const NDJSON: &str = "application/x-ndjson";
/// Lines that are carried out at the same time; they share the broker's syncs.
const LINES_AT_ONCE: usize = 128;
const KEY_CHARS_MAX: usize = 255;

/// Imports messages of any account with their original times, for operators.
///
/// Takes newline-delimited JSON, at most 10,000 lines of 16 KiB, and answers a line of report for each line. A refused
/// line stops no other; a failure of the log ends the request with its problem, and there is no report then. Lines are
/// carried out side by side, so ids need not follow their order. A line with a `key` is safe to repeat for at least 24
/// hours, and so is the whole body under an `Idempotency-Key`, which names each line without a key by its number; any
/// other line is imported again. Needs the role `operator` or `admin`.
#[utoipa::path(
    post, path = "/v1/messages:import", tag = "messages",
    request_body(content = ImportLine, content_type = "application/x-ndjson"),
    params(CommandHeaders),
    responses(
        (status = 200, description = "A report per line", body = ImportReport, content_type = "application/x-ndjson"),
    ),
    security(("bearer" = [])),
)]
pub(crate) async fn import_messages(
    State(state): State<crate::State>,
    caller: Caller,
    IdempotencyKey(key): IdempotencyKey,
    context: RequestContext,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, ApiProblem> {
    caller.require_any(&[Role::Operator, Role::Admin])?;
    content::require(&headers, NDJSON)?;
    let lines = lines::of(body, context.body_limits().timeout);
    let import = Import { operator: command::actor(&caller)?.account, ready: state.ready()?, context, key };
    let mut done =
        std::pin::pin!(lines.map(|(number, line)| import.line(number, line)).buffered(LINES_AT_ONCE));
    let mut report = Vec::new();
    let mut last_position = 0;
    while let Some(reported) = done.next().await {
        let (line, position) = reported?;
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

/// What all lines of one request share.
struct Import {
    operator: AccountId,
    ready: Ready,
    context: RequestContext,
    key: Option<RequestKey>,
}

impl Import {
    /// The report on a line and the position of its event. A failure that is not the line's own is an error: it says
    /// nothing definite about the line, and the other lines would share it.
    async fn line(
        &self,
        number: u64,
        line: Result<Bytes, ApiProblem>,
    ) -> Result<(ImportReport, Option<i64>), ApiProblem> {
        let executed = match line {
            Ok(line) => self.import(number, &line).await,
            Err(problem) => Err(problem),
        };
        match executed {
            Ok(Executed { outcome, repeated }) => {
                let report = ImportReport {
                    line: number,
                    outcome: if repeated { ImportOutcome::Repeated } else { ImportOutcome::Imported },
                    id: Some(outcome.message.to_string()),
                    code: None,
                    detail: None,
                };
                Ok((report, Some(outcome.position().get())))
            }
            Err(problem) if problem.status().is_server_error() => Err(problem.detail(format!(
                "Line {number} failed, and others may have been imported. Repeat the request: what has a key is \
                 imported once."
            ))),
            Err(problem) => Ok((refused(number, problem.problem()), None)),
        }
    }

    async fn import(&self, number: u64, line: &[u8]) -> Result<Executed<MessageOutcome>, ApiProblem> {
        let parsed: ImportLine = json::parse(line)?;
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
        let key = command::idempotency(self.key_of(number, &parsed)?, "import", line.trim_ascii());
        let execution = command::execution(self.operator, &self.context, key);
        command::execute(self.ready.clone(), execution, MessageCommand::Post(post))
            .await
            .map_err(problems::from_execute)
    }

    /// Keys of lines live apart from those of requests: a header cannot hold a NUL. A line with a key of its own means the
    /// same in every request.
    fn key_of(&self, number: u64, line: &ImportLine) -> Result<Option<RequestKey>, ApiProblem> {
        match (&line.key, &self.key) {
            (None, None) => Ok(None),
            (None, Some(RequestKey { key, head })) => {
                Ok(Some(RequestKey { key: format!("import\0{number}\0{key}"), head: head.clone() }))
            }
            (Some(key), _) if key.is_empty() || key.chars().count() > KEY_CHARS_MAX => {
                Err(ApiProblem::new(codes::IDEMPOTENCY_KEY_INVALID).field("key", "1 to 255 characters"))
            }
            (Some(key), _) => Ok(Some(RequestKey { key: format!("import\0\0{key}"), head: Vec::new() })),
        }
    }
}

fn refused(number: u64, problem: &Problem) -> ImportReport {
    let of_field = || {
        let error = problem.errors.first()?;
        Some(format!("{}: {}", error.field, error.detail.as_deref().unwrap_or(&problem.title)))
    };
    let detail = of_field().or_else(|| problem.detail.clone().map(String::from));
    ImportReport {
        line: number,
        outcome: ImportOutcome::Refused,
        id: None,
        code: Some(problem.code.clone().into_owned()),
        detail: detail.or_else(|| Some(problem.title.clone().into_owned())),
    }
}
