use api_types::timeline::TimelineUpdates;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use data_set::read;
use http_kit::Reader;
use http_kit::etag::Conditional;
use http_kit::position::{AwaitPosition, DataPosition};
use http_kit::query::StrictQuery;
use serde::Deserialize;
use utoipa::IntoParams;

use super::{parameters, represent};
use crate::AppState;
use crate::openapi::ReadHeaders;
use crate::paging;
use crate::refusal::Refusal;

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
    awaited: AwaitPosition,
    conditional: Conditional,
) -> Result<Response, Refusal> {
    let since = parameters::since(&query.since)?;
    let limit = paging::limit(query.limit.as_deref())?;
    let awaited = awaited.at_least(since);
    let read = || read::timeline_updates(&state.pool, caller.account, since, limit);
    let updates = state.timeline_positions.answer(&awaited, read).await?;
    let (items, has_more) = (represent::items(updates.value.items), updates.value.has_more);
    let body = conditional.json(&TimelineUpdates { items, has_more })?;
    Ok((DataPosition(updates.position), awaited.preference_applied(), body).into_response())
}
