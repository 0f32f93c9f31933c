use api_types::codes;
use api_types::moderation::ReportEntry;
use axum::extract::State;
use axum::response::Response;
use data_set::read::{self, ReportRow, ReportState};
use http_kit::{ApiProblem, Reader};
use serde::Deserialize;
use tokens::Role;
use utoipa::IntoParams;

use crate::AppState;
use crate::conditions::ReadHeaders;
use crate::paging::{ListQuery, Paged};
use crate::refusal::Refusal;

#[derive(Debug, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub(crate) struct ListReports {
    /// `open`, as without it, or `resolved`.
    #[param(pattern = "^(open|resolved)$")]
    state: Option<String>,
    /// 1 to 100 reports per page, 20 by default.
    #[param(value_type = Option<u16>, minimum = 1, maximum = 100)]
    limit: Option<String>,
    /// From the `Link` of the page before, with the same state.
    cursor: Option<String>,
}

impl Paged for ListReports {
    fn cursor(&self) -> Option<&str> {
        self.cursor.as_deref()
    }

    fn limit(&self) -> Option<&str> {
        self.limit.as_deref()
    }
}

/// Lists what was reported to moderators, newest first.
///
/// `text` is what a reported message says now, also where it is hidden from others. Needs the role `moderator` or `admin`. Paged
/// as `GET /v1/messages`.
#[utoipa::path(
    get,
    path = "/v1/reports",
    tag = "moderation",
    security(("bearer" = [])),
    params(ListReports, ReadHeaders),
    responses(
        (status = 200, description = "A page of reports.", body = [ReportEntry], headers(("Link" = String))),
    ),
    extensions(("x-problems" = json!(["role-required"]))),
)]
pub(crate) async fn list_reports(
    State(state): State<AppState>,
    Reader(caller): Reader,
    query: ListQuery<ListReports>,
) -> Result<Response, Refusal> {
    caller.require_any(&[Role::Moderator, Role::Admin])?;
    let wanted = match query.parameters.state.as_deref() {
        None | Some("open") => ReportState::Open,
        Some("resolved") => ReportState::Resolved,
        Some(_) => {
            let problem = ApiProblem::new(codes::INVALID_PARAMETER);
            return Err(problem.field("state", "expected open or resolved").into());
        }
    };
    let query = query.narrowed_to(vec![u8::from(wanted == ReportState::Resolved)]);
    let (after, limit) = query.bounds()?;
    let read = || read::list_reports(&state.pool, wanted, after, limit);
    query.page(state.positions.answer(&query.conditions.awaited, read).await?, |rows| {
        rows.into_iter().map(report).collect::<Vec<_>>()
    })
}

fn report(row: ReportRow) -> ReportEntry {
    let text = |id: i64| id.to_string();
    ReportEntry {
        id: text(row.position),
        reporter: text(row.reporter),
        account: text(row.account),
        message: row.message.map(text),
        text: row.text,
        reason: row.reason,
        comment: row.comment,
        reported_at: row.reported_at,
        outcome: row.outcome,
        resolved_by: row.resolved_by.map(text),
        note: row.resolution,
    }
}
