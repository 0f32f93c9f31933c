//! Which requests are let in: so many at a time, of which each address has a few.
//!
//! A request whose body is still on its way costs little and may dawdle, so it is counted apart from those that are at
//! work: slow bodies take no places from others. When its body is there it changes over.

mod body;

use std::error::Error;
use std::sync::{Arc, Mutex, PoisonError};

use api_types::codes;
use axum::extract::Request;
use hyper::body::Body as _;

use crate::budget::{Budget, Exhausted, Share};
use crate::client_address::ClientAddress;
use crate::least_rate::LeastRate;
use crate::limits::Limits;
use crate::problem::ApiProblem;
use body::{ArrivingBody, TooSlow};

pub(crate) struct Admission {
    in_flight: Arc<Budget>,
    body_reads: Arc<Budget>,
    read_rate: LeastRate,
}

/// What a request holds until its answer begins.
pub(crate) enum Admitted {
    AtWork { _share: Share },
    Arriving(Arc<Arriving>),
}

/// Shared by the request and its body, of which either may end first.
pub(crate) struct Arriving {
    address: Option<ClientAddress>,
    in_flight: Arc<Budget>,
    share: Mutex<Option<Share>>,
}

impl Admission {
    pub(crate) fn new(limits: &Limits) -> Self {
        metrics::describe_counter!(
            "http_requests_refused_total",
            "Requests that were not let in, because their address or all together had too many."
        );
        Self {
            in_flight: Budget::new(limits.in_flight_max, limits.in_flight_per_address),
            body_reads: Budget::new(limits.body_reads_max, limits.body_reads_per_address),
            read_rate: limits.read_rate,
        }
    }

    pub(crate) fn admit(&self, request: Request) -> Result<(Request, Admitted), ApiProblem> {
        let address = request.extensions().get::<ClientAddress>().copied();
        if request.body().is_end_stream() {
            let share = self.in_flight.take(address);
            let share =
                share.map_err(|why| refusal(why, "in-flight", "requests under way", &self.in_flight))?;
            return Ok((request, Admitted::AtWork { _share: share }));
        }
        // It will need one soon, so it need not send its body where there is none.
        let room = self.in_flight.has_room(address);
        room.map_err(|why| refusal(why, "in-flight", "requests under way", &self.in_flight))?;
        let share = self.body_reads.take(address);
        let share =
            share.map_err(|why| refusal(why, "body-reads", "bodies on their way", &self.body_reads))?;
        let arriving = Arc::new(Arriving {
            address,
            in_flight: Arc::clone(&self.in_flight),
            share: Mutex::new(Some(share)),
        });
        let admitted = Admitted::Arriving(Arc::clone(&arriving));
        let request = request.map(|body| ArrivingBody::wrap(body, arriving, self.read_rate));
        Ok((request, admitted))
    }
}

impl Arriving {
    /// The body is there. Where all places at work are taken by now, the request keeps the one that it has: it was let
    /// in, and both are bounded.
    fn has_arrived(&self) {
        let mut share = self.share.lock().unwrap_or_else(PoisonError::into_inner);
        if share.is_some()
            && let Ok(at_work) = self.in_flight.take(self.address)
        {
            *share = Some(at_work);
        }
    }
}

impl Drop for Admitted {
    fn drop(&mut self) {
        if let Self::Arriving(arriving) = self {
            // The body may live longer, where its rest is read and thrown away.
            arriving.share.lock().unwrap_or_else(PoisonError::into_inner).take();
        }
    }
}

/// Whether a body ended because its caller sent too little, as against a broken connection.
pub(crate) fn is_too_slow(error: &(dyn Error + 'static)) -> bool {
    std::iter::successors(Some(error), |&error| error.source()).any(|error| error.is::<TooSlow>())
}

fn refusal(why: Exhausted, budget: &'static str, what: &str, of: &Budget) -> ApiProblem {
    let whose = match why {
        Exhausted::Address => "address",
        Exhausted::Whole => "all",
    };
    metrics::counter!("http_requests_refused_total", "budget" => budget, "of" => whose).increment(1);
    match why {
        Exhausted::Address => ApiProblem::new(codes::RATE_LIMITED)
            .detail(format!("An address may have {} {what} at a time. Wait for answers.", of.per_address())),
        Exhausted::Whole => ApiProblem::new(codes::OVERLOADED),
    }
}
