use api_types::codes;
use api_types::messages::Message;
use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse, Response};
use data_set::read::{self, MessageFilter, PageKey};
use http_kit::etag::Conditional;
use http_kit::position::{AwaitPosition, DataPosition};
use http_kit::query::StrictQuery;
use http_kit::{ApiProblem, Reader, Role};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::filter::{filter, list};
use super::represent;
use crate::AppState;
use crate::openapi::ReadHeaders;
use crate::paging::{self, List};
use crate::refusal::Refusal;

#[derive(Debug, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub(crate) struct ListMessages {
    /// Only messages with this tag, spelled as in posting. A tag that nobody used finds nothing.
    tag: Option<String>,
    /// Only messages of the account with this id.
    author: Option<String>,
    /// A day (`2026-01-31`, from its begin in `tz`) or an exact timestamp with a zone.
    date_start: Option<String>,
    /// A day (`2026-01-31`, to its end in `tz`) or an exact timestamp with a zone, itself not included.
    date_end: Option<String>,
    /// IANA time zone of days, `UTC` by default.
    #[param(example = "Europe/Berlin")]
    tz: Option<String>,
    /// 1 to 100 messages per page, 20 by default.
    #[param(value_type = Option<u16>, minimum = 1, maximum = 100)]
    limit: Option<String>,
    /// From the `Link` of the page before, with the same filter.
    cursor: Option<String>,
    /// `1`: answer only the number of all matching messages. Needs the role `analyst` or `admin`.
    #[param(value_type = Option<u8>, minimum = 0, maximum = 1)]
    count: Option<String>,
}

/// What `GET /v1/messages` answers.
#[derive(ToSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "it only describes")]
pub(crate) enum MessagesOrCount {
    Messages(Vec<Message>),
    /// With `count=1`.
    Count(u64),
}

/// Lists messages, newest first, or counts them.
///
/// Ordered by `createdAt` and id. When there are more, a `Link` with `rel="next"` leads to the next page; messages that
/// are posted meanwhile neither repeat nor hide any. With `count=1` the answer is a bare number, exact for any range.
/// Deleted messages are not in either; text is not searched.
#[utoipa::path(
    get,
    path = "/v1/messages",
    operation_id = "list_messages",
    tag = "messages",
    security(("bearer" = [])),
    params(
        ListMessages,
        ReadHeaders,
    ),
    responses(
        (status = 200, description = "A page of messages; with `count=1` a number.", body = MessagesOrCount, headers(("Link" = String))),
    ),
    extensions(("x-problems" = json!(["role-required"]))),
)]
pub(crate) async fn list_messages(
    State(state): State<AppState>,
    Reader(caller): Reader,
    StrictQuery(query): StrictQuery<ListMessages>,
    RawQuery(raw): RawQuery,
    awaited: AwaitPosition,
    conditional: Conditional,
) -> Result<Response, Refusal> {
    match query.shape()? {
        Shape::Number => {
            caller.require_any(&[Role::Analyst, Role::Admin])?;
            let (_, Asked { filter, .. }) = query.asked(&state)?;
            let count =
                state.positions.answer(&awaited, || read::count_messages(&state.pool, &filter)).await?;
            let body = conditional.json(&count.value)?;
            Ok((DataPosition(count.position), awaited.preference_applied(), body).into_response())
        }
        Shape::Page => {
            let (list, Asked { filter, after, limit }) = query.asked(&state)?;
            let read = || read::list_messages(&state.pool, caller.account, &filter, after, limit);
            let page = state.positions.answer(&awaited, read).await?;
            let link = list.next(raw.as_deref(), page.value.next);
            let body = conditional.json(&represent::messages(page.value.items))?;
            Ok((DataPosition(page.position), awaited.preference_applied(), link, body).into_response())
        }
    }
}

enum Shape {
    Page,
    Number,
}

struct Asked {
    filter: MessageFilter,
    after: Option<PageKey>,
    limit: u16,
}

impl ListMessages {
    fn shape(&self) -> Result<Shape, ApiProblem> {
        match self.count.as_deref() {
            None | Some("0") => Ok(Shape::Page),
            Some("1") => Ok(Shape::Number),
            Some(_) => Err(ApiProblem::new(codes::INVALID_PARAMETER).field("count", "expected 0 or 1")),
        }
    }

    fn asked(&self, state: &AppState) -> Result<(List, Asked), ApiProblem> {
        let dates = (self.date_start.as_deref(), self.date_end.as_deref());
        let filter = filter(self.tag.as_deref(), self.author.as_deref(), dates, self.tz.as_deref())?;
        let list = list(state.list("/v1/messages"), &filter);
        let after = list.after(self.cursor.as_deref())?;
        Ok((list, Asked { after, limit: paging::limit(self.limit.as_deref())?, filter }))
    }
}
