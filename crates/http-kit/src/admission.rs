//! Which requests are let in: so many at a time, of which each address has a few.
//!
//! A request whose body is still on its way costs little and may dawdle, so it is counted apart from those that are at
//! work: slow bodies take no places from others. When its body is there it changes over.

mod body;

use std::error::Error;
use std::sync::Arc;

use api_types::codes;
use axum::extract::Request;
use hyper::body::Body as _;

use crate::budget::{Budget, Exhausted};
use crate::client_address::ClientAddress;
use crate::least_rate::LeastRate;
use crate::limits::Limits;
use crate::problem::ApiProblem;
use crate::work::WorkPermit;
use body::{ArrivingBody, TooSlow};

pub(crate) struct Admission {
    in_flight: Arc<Budget>,
    body_reads: Arc<Budget>,
    read_rate: LeastRate,
}

/// What a request holds until its answer begins.
pub(crate) struct Admitted(WorkPermit);

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
            return Ok((request, Admitted(WorkPermit::new(&self.in_flight, address, share))));
        }
        // It will need one soon, so it need not send its body where there is none.
        let room = self.in_flight.has_room(address);
        room.map_err(|why| refusal(why, "in-flight", "requests under way", &self.in_flight))?;
        let share = self.body_reads.take(address);
        let share =
            share.map_err(|why| refusal(why, "body-reads", "bodies on their way", &self.body_reads))?;
        let permit = WorkPermit::new(&self.in_flight, address, share);
        let request = request.map(|body| ArrivingBody::wrap(body, permit.clone(), self.read_rate));
        Ok((request, Admitted(permit)))
    }
}

impl Admitted {
    pub(crate) fn permit(&self) -> WorkPermit {
        self.0.clone()
    }
}

impl Drop for Admitted {
    fn drop(&mut self) {
        // The request and its body may live longer, where the rest of a body is read and thrown away.
        self.0.give_back();
    }
}

/// Whether a body ended because its caller sent too little, as against a broken connection.
pub(crate) fn is_too_slow(error: &(dyn Error + 'static)) -> bool {
    std::iter::successors(Some(error), |&error| error.source()).any(|error| error.is::<TooSlow>())
}

fn refusal(why: Exhausted, budget: &'static str, what: &str, of: &Budget) -> ApiProblem {
    let whose = match why {
        Exhausted::Holder => "address",
        Exhausted::Whole => "all",
    };
    metrics::counter!("http_requests_refused_total", "budget" => budget, "of" => whose).increment(1);
    match why {
        Exhausted::Holder => ApiProblem::new(codes::RATE_LIMITED)
            .detail(format!("An address may have {} {what} at a time. Wait for answers.", of.each_max())),
        Exhausted::Whole => ApiProblem::new(codes::OVERLOADED),
    }
}
