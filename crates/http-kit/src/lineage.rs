//! Which log the positions of an API belong to, in the header `Log-Lineage`.
//!
//! Positions and ids mean something in one log alone. Every answer names its log; a caller who sends the name back is
//! never answered from another one, as after a log was lost and begun anew. Where the service itself has found that data
//! and log do not belong together, nothing is answered from that data until an operator acts.

use std::sync::Arc;

use api_types::codes;
use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use http::{HeaderName, HeaderValue};

use crate::problem::ApiProblem;

pub const LOG_LINEAGE: HeaderName = HeaderName::from_static("log-lineage");

/// What an API knows of its log.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KnownLog {
    /// `None` until it was seen.
    pub lineage: Option<Arc<str>>,
    /// Why data and log do not belong together, for an operator.
    pub refusal: Option<Arc<str>>,
}

/// Asked with every request, so it has to be cheap.
pub trait KnowsLog: Clone + Send + Sync + 'static {
    fn known_log(&self) -> KnownLog;
}

/// Names the log in every answer of the routes so far, and refuses callers who know another one.
pub fn announce<L: KnowsLog>(router: Router, log: L) -> Router {
    router.route_layer(from_fn_with_state(log, name_log::<L>))
}

/// Lets none of the routes so far answer while the log is refused.
pub fn guard<L: KnowsLog>(router: Router, log: L) -> Router {
    router.route_layer(from_fn_with_state(log, refuse::<L>))
}

async fn name_log<L: KnowsLog>(State(log): State<L>, request: Request, next: Next) -> Response {
    let Some(lineage) = log.known_log().lineage else { return next.run(request).await };
    let mut expected = request.headers().get_all(LOG_LINEAGE).iter();
    let mut response = if expected.all(|expected| expected.as_bytes() == lineage.as_bytes()) {
        next.run(request).await
    } else {
        ApiProblem::new(codes::OTHER_LOG)
            .detail("Log-Lineage names another log than the one behind this service. Positions, ids and cursors of that log mean nothing here.")
            .into_response()
    };
    // A lineage is made of an id and a number.
    if let Ok(lineage) = HeaderValue::from_str(&lineage) {
        response.headers_mut().insert(LOG_LINEAGE, lineage);
    }
    response
}

async fn refuse<L: KnowsLog>(State(log): State<L>, request: Request, next: Next) -> Response {
    match log.known_log().refusal {
        None => next.run(request).await,
        Some(why) => ApiProblem::new(codes::LOG_REFUSED).detail(why.to_string()).into_response(),
    }
}
