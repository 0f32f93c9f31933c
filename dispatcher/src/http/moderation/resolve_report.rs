//! `PUT /v1/reports/{id}/resolution`.

use api_types::codes;
use api_types::moderation::ResolveReport as Body;
use axum::extract::State;
use axum::response::Response;
use domain::{MessageId, Outcome};
use http_kit::{ApiProblem, Caller, StrictJson, StrictPath};

use super::{moderator, note};
use crate::commands::ResolveReport;
use crate::http::command::{self, CommandRequest};
use crate::http::documentation::CommandHeaders;
use crate::refusal::Refusal;

/// Is done with a report.
///
/// It leaves the queue. The first time counts; a later one is answered alike. Needs the role `moderator` or `admin`.
#[utoipa::path(
    put, path = "/v1/reports/{id}/resolution", tag = "moderation", request_body = Body,
    params(
        ("id" = String, Path, description = "The report's id"),
        CommandHeaders,
    ),
    responses(
        (status = 204, description = "Resolved"),
    ),
    security(("bearer" = [])),
    extensions(("x-rate" = json!("edge")), ("x-problems" = json!(["ReportMustExist", "NoteMustBeShort"]))),
)]
pub(crate) async fn resolve_report(
    State(state): State<crate::State>,
    caller: Caller,
    StrictPath(id): StrictPath<String>,
    request: CommandRequest,
    body: StrictJson<Body>,
) -> Result<Response, Refusal> {
    let (actor, _) = moderator(&caller)?;
    // Written as a message's id is: a position.
    let report: MessageId = id.parse().map_err(|error: domain::IdError| {
        ApiProblem::new(codes::INVALID_PARAMETER).field("id", error.to_string())
    })?;
    let outcome = Outcome::from_word(&body.value.outcome)
        .ok_or_else(|| Refusal::field("outcome", "expected acted or dismissed"))?;
    let note = note(body.value.note.as_deref())?;
    let command = ResolveReport { report: report.position(), by: actor.account, outcome, note };
    command::done(state.ready()?, request.execution(actor, &body.bytes), command).await
}
