//! `If-None-Match` together with `Prefer: wait`: an answer that the caller has is waited for to change.
//!
//! The query runs again when something changed that its answer is about, and once more when the time is over: what
//! moves counts alone, like a like, is seen then. So those who wait for a tag cost nothing while others post. What changed
//! and left the answer as it was is followed by a pause, and none of this is counted in the caller's rates.

use std::time::Duration;

use axum::body::Body;
use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::header::IF_NONE_MATCH;
use http::request::Parts;
use http::{Method, StatusCode};
use http_kit::position::PreferredWait;
use http_kit::{Spending, query};
use tokio::time::{Instant, sleep_until, timeout_at};

use crate::AppState;
use crate::messages::ListMessages;
use crate::messages::filter::REPEATABLE;
use crate::streams::{About, Changes};

/// Behind a look that was in vain.
const PAUSE: Duration = Duration::from_secs(1);

pub(crate) async fn until_changed(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let preferred = PreferredWait::of(request.headers(), request.extensions());
    let wait = preferred.wait.filter(|wait| !wait.is_zero());
    // A file is too dear to be made again and again.
    let is_file = request
        .extensions()
        .get::<MatchedPath>()
        .is_some_and(|path| path.as_str().starts_with("/v1/exports/"));
    let tags = request.headers().get_all(IF_NONE_MATCH);
    // Any answer has the tag `*`: none that comes would be another one.
    let is_any = tags.iter().any(|tags| tags.as_bytes().trim_ascii() == b"*");
    let has_tag = request.method() == Method::GET && tags.iter().next().is_some() && !is_any;
    let may_wait = has_tag && !is_file;
    let Some(wait) = wait.filter(|_| may_wait) else { return next.run(request).await };
    let deadline = Instant::now() + wait;
    // Queries have no bodies.
    let (mut parts, _body) = request.into_parts();
    let first = run(&parts, &next).await;
    // The others are part of the same wait, of which each caller has few.
    parts.extensions.insert(Spending::default());
    let Some(viewer) = preferred.waiter.account.filter(|_| first.status() == StatusCode::NOT_MODIFIED) else {
        return first;
    };
    // Who has too many waiting is answered as without a wish.
    let Ok(_chair) = state.room.enter(&preferred.waiter) else { return first };
    let about = about(&parts);
    let Ok(Some(mut changes)) = Changes::watch(&state.streams, viewer, &about).await else { return first };
    let mut pause = Duration::ZERO;
    loop {
        // Also behind the first one: something may have changed before it was watched.
        let response = run(&parts, &next).await;
        if response.status() != StatusCode::NOT_MODIFIED || Instant::now() >= deadline {
            return (preferred.applied(), response).into_response();
        }
        let rested = deadline.min(Instant::now() + pause);
        let changed = async {
            sleep_until(rested).await;
            timeout_at(deadline, changes.next()).await
        };
        if let Ok(None) = preferred.waiter.work.lend(changed).await {
            return response;
        }
        pause = PAUSE;
    }
}

async fn run(parts: &Parts, next: &Next) -> Response {
    next.clone().run(Request::from_parts(parts.clone(), Body::empty())).await
}

/// What the answer of a query is about.
fn about(parts: &Parts) -> About {
    let route = parts.extensions.get::<MatchedPath>().map_or("", MatchedPath::as_str);
    let messages = || {
        let query = parts.uri.query().unwrap_or_default();
        query::parse_repeating::<ListMessages>(query, REPEATABLE).ok()?.filter().ok()
    };
    match route {
        // One of the past does not change.
        "/v1/messages" => messages().map_or(About::All, About::Messages),
        "/v1/timeline" | "/v1/timeline/updates" => About::Home,
        "/v1/notifications" => About::Notifications,
        _ => About::All,
    }
}
