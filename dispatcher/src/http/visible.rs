//! `Prefer: wait` on commands: the answer comes when the data set shows what was done.

use std::time::Duration;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http_kit::KnowsLog;
use http_kit::limits::WAIT_MAX;
use http_kit::position::{DataPosition, EVENT_POSITION, PreferredWait};
use tokio::time::Instant;

/// Waits behind the command, which is done by then: whatever comes of the wait, the answer is that of the command.
pub(super) async fn until_visible(
    State((state, deadline)): State<(crate::State, Duration)>,
    request: Request,
    next: Next,
) -> Response {
    let began = Instant::now();
    let preferred = PreferredWait::of(request.headers(), request.extensions());
    let response = next.run(request).await;
    let wait = preferred.wait.filter(|wait| !wait.is_zero() && response.status().is_success());
    let (Some(wait), Some(data)) = (wait, state.data()) else { return response };
    let position = response.headers().get(EVENT_POSITION).and_then(|value| value.to_str().ok()?.parse().ok());
    let (Some(position), Some(lineage)) = (position, state.known_log().await.lineage) else {
        return response;
    };
    // The time in which a request has to be answered goes on, and an answer that is late would be an error.
    let until = (Instant::now() + wait).min(began + deadline.min(WAIT_MAX) * 9 / 10);
    match data.reach(&preferred.waiter, lineage, position, until).await {
        Some(reached) => {
            let position = (reached > 0).then_some(DataPosition(reached));
            let applied = preferred.applied();
            match position {
                Some(position) => (position, applied, response).into_response(),
                None => (applied, response).into_response(),
            }
        }
        None => response,
    }
}
