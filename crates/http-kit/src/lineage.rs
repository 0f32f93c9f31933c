//! Which log the positions of an API belong to, in the header `Log-Lineage`.
//!
//! Positions and ids mean something in one log alone. Every answer names its log; a caller who sends the name back is
//! never answered from another one, as after a log was lost and begun again. Where the service itself has found that
//! data and log do not belong together, nothing is answered from that data until an operator acts.

use std::sync::Arc;

use api_types::codes;
use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn, from_fn_with_state};
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
    fn known_log(&self) -> impl Future<Output = KnownLog> + Send;
}

/// Names the log in every answer of the routes so far, and refuses callers who know another one.
pub fn announce<L: KnowsLog>(router: Router, log: L) -> Router {
    router.route_layer(from_fn_with_state(log, name_log::<L>))
}

/// Lets none of the routes so far answer while the log is refused. Goes inside of [`announce`], which says what is
/// known.
pub fn guard(router: Router) -> Router {
    router.route_layer(from_fn(refuse))
}

async fn name_log<L: KnowsLog>(State(log): State<L>, mut request: Request, next: Next) -> Response {
    let known = log.known_log().await;
    request.extensions_mut().insert(known.clone());
    let Some(lineage) = known.lineage else { return next.run(request).await };
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

async fn refuse(request: Request, next: Next) -> Response {
    let Some(known) = request.extensions().get::<KnownLog>() else {
        return ApiProblem::internal("a route is guarded, but not announced").into_response();
    };
    match known.refusal.clone() {
        None => next.run(request).await,
        Some(why) => ApiProblem::new(codes::LOG_REFUSED).detail(why.to_string()).into_response(),
    }
}
