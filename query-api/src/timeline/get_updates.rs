use api_types::codes;
use api_types::timeline::TimelineUpdates;
use axum::extract::State;
use axum::response::Response;
use data_set::read;
use http_kit::query::StrictQuery;
use http_kit::{ApiProblem, Reader};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::AppState;
use crate::conditions::{Conditions, ReadHeaders};
use crate::refusal::Refusal;
use crate::view;
use crate::{paging, position};

#[derive(Debug, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub(crate) struct GetUpdates {
    /// The `position` of the newest item that the caller has; 0 for none. It is waited for as `Await-Position` is.
    #[param(example = "512")]
    since: String,
    /// 1 to 100 items, 20 by default.
    #[param(value_type = Option<u16>, minimum = 1, maximum = 100)]
    limit: Option<String>,
}

/// Shows what is new in the caller's home timeline: the newest items after a position.
///
/// `hasMore` says that there are more between the last of them and that position; `GET /v1/timeline` leads there. A
/// message that the caller saw before comes again when somebody reposts it.
#[utoipa::path(
    get,
    path = "/v1/timeline/updates",
    operation_id = "get_timeline_updates",
    tag = "timeline",
    security(("bearer" = [])),
    params(
        GetUpdates,
        ReadHeaders,
    ),
    responses(
        (status = 200, description = "What is new.", body = TimelineUpdates),
    ),
)]
pub(crate) async fn get_updates(
    State(state): State<AppState>,
    Reader(caller): Reader,
    StrictQuery(query): StrictQuery<GetUpdates>,
    conditions: Conditions,
) -> Result<Response, Refusal> {
    let since = since(&query.since)?;
    let limit = paging::limit(query.limit.as_deref())?;
    let conditions = conditions.at_least(since);
    let read = || read::timeline_updates(&state.pool, caller.account, since, limit);
    let found = state.timeline_positions.answer(&conditions.awaited, read).await?;
    conditions.answer(&found.map(|updates| TimelineUpdates {
        items: view::feed_items(updates.items),
        has_more: updates.has_more,
    }))
}

/// A position, 0 included: before everything.
fn since(text: &str) -> Result<i64, ApiProblem> {
    let expected = "expected the position of an item, or 0";
    position::parse(text).map_err(|bad| bad.problem("since", codes::INVALID_PARAMETER, expected))
}
