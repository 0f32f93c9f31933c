//! What every request passes before its handler, and before its body is read: who asks is found out once, and who asks
//! too often, or for too much at the same time, is refused. No answer to a read outlives its credential, however long it
//! was waited for.

mod actions;

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use api_types::codes;
use axum::Router;
use axum::extract::{ConnectInfo, FromRequestParts, MatchedPath, Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use http::request::Parts;
use serde::Serialize;
use tokens::Role;

use crate::budget::{Budget, Share};
use crate::client_address::ClientAddress;
use crate::identity::{Caller, Identity, Resolved};
use crate::limits::Limits;
use crate::problem::ApiProblem;
use crate::rates::{Action, Holder, Rates, Report};
use actions::Actions;

#[derive(Debug)]
struct CallerLimits {
    identity: Arc<Identity>,
    actions: Actions,
    /// `None` where limits are off.
    rates: Option<Arc<Rates>>,
    in_flight: Arc<Budget<i64>>,
}

/// Surrounds the routes so far. `document` is their description, which says of each operation what it does (`x-rate`).
///
/// Goes inside of [`crate::standard()`], on the complete router of an API.
pub fn limit_callers(
    router: Router,
    identity: Arc<Identity>,
    document: &impl Serialize,
    limits: &Limits,
) -> Router {
    let caller_limits = CallerLimits {
        identity,
        actions: Actions::of(document),
        rates: limits.enforced.then(|| Arc::new(Rates::new(&limits.rates))),
        // In all they are bounded by the standard layer.
        in_flight: Budget::new(usize::MAX, limits.each(limits.in_flight_per_account_max)),
    };
    router.route_layer(from_fn_with_state(Arc::new(caller_limits), enter))
}

async fn enter(State(limits): State<Arc<CallerLimits>>, mut request: Request, next: Next) -> Response {
    let extensions = request.extensions();
    let route = extensions.get::<MatchedPath>().map_or("", MatchedPath::as_str);
    let action = limits.actions.find(request.method(), route);
    let address = extensions.get::<ClientAddress>().copied();
    let mut caller = None;
    if !action.is_anonymous() {
        let peer = extensions.get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| peer.ip());
        let peer = peer.filter(|_| limits.rates.is_some()).map(ClientAddress::of);
        let resolved = limits.identity.resolve(request.headers(), peer).await;
        caller = resolved.as_ref().ok().copied().flatten();
        request.extensions_mut().insert(Resolved(resolved));
    }
    // What a command did, it did while its credential was good; its answer may be that the credential is void now.
    let is_read = caller.is_some() && request.method().is_safe();
    let credential = is_read.then(|| Identity::credential(request.headers()));
    let spending = Spending::new(limits.rates.as_ref(), caller, address);
    let mut response = match limits.admit(action, caller, &spending) {
        Ok(_share) => {
            request.extensions_mut().insert(spending.clone());
            next.run(request).await
        }
        Err(problem) => problem.into_response(),
    };
    if let Some(credential) = credential
        && let Err(problem) = limits.identity.recheck(&credential).await
    {
        response = problem.into_response();
    }
    if let Some(report) = spending.report() {
        report.write(response.headers_mut());
    }
    response
}

impl CallerLimits {
    /// What is to be held while the request is answered.
    fn admit(
        &self,
        action: Action,
        caller: Option<Caller>,
        spending: &Spending,
    ) -> Result<Option<Share<i64>>, ApiProblem> {
        spending.spend(action)?;
        let Some(caller) = caller else { return Ok(None) };
        match self.in_flight.take(Some(caller.account)) {
            Ok(share) => Ok(Some(share)),
            Err(_exhausted) => Err(too_many_at_once()),
        }
    }
}

fn too_many_at_once() -> ApiProblem {
    metrics::counter!("http_requests_refused_total", "budget" => "in-flight", "of" => "account").increment(1);
    ApiProblem::new(codes::RATE_LIMITED).detail("Too many requests of this account are under way.")
}

/// The budgets of whoever sent a request, for what its route does not show: a list that is asked for a count.
///
/// Clones share what was spent. Without limits, and for operators and admins, everything is free.
#[derive(Debug, Clone, Default)]
pub struct Spending(Option<Arc<Spender>>);

#[derive(Debug)]
struct Spender {
    rates: Arc<Rates>,
    holder: Holder,
    report: Mutex<Option<Report>>,
}

impl Spending {
    fn new(rates: Option<&Arc<Rates>>, caller: Option<Caller>, address: Option<ClientAddress>) -> Self {
        let Some(rates) = rates else { return Self(None) };
        // They import, repair and clean up in bulk, and answer for it by name.
        if caller.is_some_and(|caller| caller.require_any(&[Role::Operator, Role::Admin]).is_ok()) {
            return Self(None);
        }
        let holder = Holder { account: caller.map(|caller| caller.account), address };
        Self(Some(Arc::new(Spender { rates: Arc::clone(rates), holder, report: Mutex::default() })))
    }

    /// # Errors
    /// `rate-limited`.
    pub fn spend(&self, action: Action) -> Result<(), ApiProblem> {
        let Some(spender) = &self.0 else { return Ok(()) };
        let (report, spent) = spender.rates.spend(action, spender.holder);
        *spender.report.lock().unwrap_or_else(PoisonError::into_inner) = report;
        spent
    }

    fn report(&self) -> Option<Report> {
        *self.0.as_ref()?.report.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Spending {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Self::Rejection> {
        Ok(parts.extensions.get::<Self>().cloned().unwrap_or_default())
    }
}
