use std::time::Duration;

use api_types::codes;
use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, CONTENT_TYPE, LINK};
use http::{HeaderMap, HeaderValue};
use http_kit::position::{DataPosition, PreferredWait, ahead_of_log};
use http_kit::{Action, ApiProblem, Caller, Exhausted, Reader, Share, Spending, WorkPermit};
use tokio::time::Instant;

use super::Chunk;
use super::access::may_take_events;
use super::event_query::{EventQuery, ListEvents, check_shard};
use super::follow::{Follower, follow};
use super::page::{self, page};
use crate::AppState;
use crate::state::Opened;

const NDJSON: HeaderValue = HeaderValue::from_static("application/x-ndjson");
/// Streams are long; another one may have ended by then.
const RETRY_AFTER_SECONDS: u32 = 10;

/// Hands events on, in the order of the log.
///
/// A line for each event: a CloudEvent 1.0 in the structured mode of the JSON format; `data` has the schema that `dataschema` names
/// (`/v1/schemas`). `Data-Position`, and `Link` with it, say where to read on, also where nothing was let through. At the end of the log the
/// answer is empty; with `Prefer: wait=<seconds>` (at most 30) it comes once there is something.
///
/// With `follow=true` the answer does not end: what comes is sent as it comes, and after 15 s without anything an empty line. It ends when
/// the service does, when the caller may no longer see events, or when the caller does not read for 20 s. Whoever comes back with the
/// `position` of its last line misses nothing. Lines may come twice that way: events are given at least once.
///
/// What accounts keep to themselves is left out, as are texts, tags and profiles that were deleted: docs/CONSUMERS.md. Needs the role
/// `consumer`, `operator` or `admin`.
#[utoipa::path(
    get,
    path = "/v1/events",
    tag = "events",
    security(("bearer" = [])),
    params(
        ListEvents,
        ("Prefer" = Option<String>, Header, description = "`wait=<seconds>`: wait so long for an event where the log ends."),
    ),
    responses((
        status = 200, description = "The events, a line for each.",
        content((serde_json::Value = "application/x-ndjson")),
        headers(
            ("Data-Position" = i64, description = "Up to where the log was looked at: the next `after`. Of a stream, where it begins."),
            ("Link" = String, description = "The address of the next page, with `rel=\"next\"`. Not of a stream."),
            ("Preference-Applied" = String, description = "The wait of `Prefer`, where one was made."),
        ),
    )),
    extensions(
        ("x-problems" = json!(["invalid-parameter", "role-required", "position-ahead"])),
        ("x-rate" = json!("read")),
    ),
)]
pub(crate) async fn list_events(
    State(state): State<AppState>,
    Reader(caller): Reader,
    query: EventQuery,
    spending: Spending,
    preferred: PreferredWait,
    headers: HeaderMap,
) -> Result<Response, ApiProblem> {
    may_take_events(&caller)?;
    let opened = state.opened().ok_or_else(|| ApiProblem::unavailable("the log has not been opened yet"))?;
    let after = match query.after {
        None => opened.recent.end(),
        Some(after) => {
            check_shard(after, opened.shard())?;
            is_reached(opened, after).await?;
            after
        }
    };
    if query.is_followed {
        spending.spend(Action::Stream)?;
        let share = share(&state, &caller)?;
        let follower =
            Follower { account: caller.account, filter: query.filter, after, headers, _share: share };
        return Ok(stream(after, follow(state.clone(), opened.clone(), follower)));
    }
    let chunk = match preferred.wait {
        None => page(&state, opened, caller.account, &query.filter, after, query.limit).await?,
        Some(wait) => waited(&state, opened, &query, after, wait, &caller, &preferred.waiter.work).await?,
    };
    let link = HeaderValue::try_from(query.next(chunk.through)).map_err(ApiProblem::internal)?;
    let headers = [(CONTENT_TYPE, NDJSON), (LINK, link)];
    Ok((DataPosition(chunk.through), preferred.applied(), headers, chunk.body()).into_response())
}

/// A position that the log has not reached is one of another log, or of one that lost its end.
pub(crate) async fn is_reached(opened: &Opened, after: i64) -> Result<(), ApiProblem> {
    if after <= opened.recent.end() {
        return Ok(());
    }
    // The tail may be a moment behind.
    let head = opened.log.head().await.map_err(|error| page::problem(&error))?;
    let sequence = domain::Position::from_i64(after).unwrap_or_default().sequence();
    if sequence <= head {
        return Ok(());
    }
    Err(ahead_of_log(domain::Position::new(head, opened.shard()).get()))
}

/// The same page, once there is something in it, or time is up.
async fn waited(
    state: &AppState,
    opened: &Opened,
    query: &EventQuery,
    after: i64,
    wait: Duration,
    caller: &Caller,
    permit: &WorkPermit,
) -> Result<Chunk, ApiProblem> {
    let _share = share(state, caller)?;
    let mut news = opened.recent.subscribe();
    let (end, mut after) = (Instant::now() + wait, after);
    loop {
        let chunk = page(state, opened, caller.account, &query.filter, after, query.limit).await?;
        if !chunk.lines.is_empty() || !chunk.is_end || Instant::now() >= end {
            return Ok(chunk);
        }
        after = chunk.through;
        let waiting = tokio::time::timeout_at(end, news.wait_for(|position| *position > after));
        // Where time is up, or the service ends, the next look is the last.
        match permit.lend(state.end().run_until_cancelled(waiting)).await {
            Some(Ok(_)) => {}
            Some(Err(_elapsed)) => return Ok(chunk),
            None => return Ok(chunk),
        }
    }
}

fn share(state: &AppState, caller: &Caller) -> Result<Share<i64>, ApiProblem> {
    state.followers().take(Some(caller.account)).map_err(|why| {
        let problem = match why {
            Exhausted::Holder => ApiProblem::new(codes::RATE_LIMITED)
                .detail("The account follows the log as often as it may at a time."),
            Exhausted::Whole => ApiProblem::new(codes::OVERLOADED).detail("Too many follow the log."),
        };
        problem.retry_after_seconds(RETRY_AFTER_SECONDS)
    })
}

fn stream(after: i64, body: Body) -> Response {
    let headers = [(CONTENT_TYPE, NDJSON), (CACHE_CONTROL, HeaderValue::from_static("no-store"))];
    (DataPosition(after), headers, body).into_response()
}
