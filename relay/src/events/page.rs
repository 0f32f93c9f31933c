//! One page: as much as is asked for, or as there is.

use std::time::Duration;

use api_types::codes;
use consumers::Filter;
use event_store::ReadError;
use http_kit::ApiProblem;

use super::history::History;
use super::{Bounds, Chunk};
use crate::AppState;
use crate::state::Opened;

/// Bytes of a page, about: its lines are in memory until the caller has them.
const BYTES_MAX: usize = 1 << 20;
/// How long a page is read; it ends with what it has. Less than the next one waits.
const READ_MAX: Duration = Duration::from_secs(4);
/// How long it waits for its turn.
const TURN_WAIT_MAX: Duration = Duration::from_secs(5);

pub(super) async fn page(
    state: &AppState,
    opened: &Opened,
    account: i64,
    filter: &Filter,
    after: i64,
    limit: usize,
) -> Result<Chunk, ApiProblem> {
    let bounds = Bounds { events_max: limit, bytes_max: BYTES_MAX };
    if let Some(chunk) = opened.recent.read(after, filter, &bounds) {
        return Ok(chunk);
    }
    let until = opened.recent.end();
    let place = match tokio::time::timeout(TURN_WAIT_MAX, state.readings().enter(account)).await {
        Ok(Ok(place)) => place,
        Ok(Err(closed)) => return Err(ApiProblem::internal(closed)),
        Err(_elapsed) => {
            let detail = "The account, or others, read far back in the log at the moment.";
            return Err(ApiProblem::new(codes::OVERLOADED).detail(detail));
        }
    };
    let reading = async {
        let mut history = History::open(&opened.log, after, place).await?;
        history.next(filter, &bounds, until, READ_MAX).await
    };
    // Opening has no limit of its own.
    let chunk = match tokio::time::timeout(READ_MAX * 2, reading).await {
        Ok(read) => read.map_err(|error| problem(&error))?,
        Err(elapsed) => return Err(ApiProblem::unavailable(elapsed)),
    };
    if chunk.through == after {
        return Err(ApiProblem::unavailable("the log gave nothing in time"));
    }
    Ok(chunk)
}

pub(super) fn problem(error: &ReadError) -> ApiProblem {
    if error.is_of_wrong_log() {
        return ApiProblem::new(codes::LOG_REFUSED).detail(error.to_string());
    }
    ApiProblem::unavailable(error.clone())
}
