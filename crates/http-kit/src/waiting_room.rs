//! How many requests wait for newer data: few of each caller, and not among those that are worked on.

use std::sync::Arc;

use crate::budget::{Budget, Exhausted, Share};
use crate::limits::{Limits, WaiterLimits};
use crate::position::Waiter;
use crate::problem::ApiProblem;
use api_types::codes;

/// Clones share it.
#[derive(Debug, Clone)]
pub struct WaitingRoom {
    /// All of them, and each account's.
    accounts: Arc<Budget<i64>>,
    addresses: Arc<Budget>,
}

/// A chair in it, given back when it is dropped.
#[derive(Debug)]
pub struct Chair {
    _of_account: Share<i64>,
    _of_address: Share,
}

impl WaitingRoom {
    #[must_use]
    pub fn new(limits: &Limits) -> Self {
        let WaiterLimits { in_all_max, per_account_max, per_address_max } = limits.waiters;
        Self {
            accounts: Budget::new(in_all_max, limits.each(per_account_max)),
            addresses: Budget::new(in_all_max, limits.each(per_address_max)),
        }
    }

    /// # Errors
    /// `rate-limited` where the caller has all of its chairs, `overloaded` where there are none.
    pub fn enter(&self, waiter: &Waiter) -> Result<Chair, ApiProblem> {
        let of_account = self.accounts.take(waiter.account).map_err(|why| refusal(why, "account"))?;
        let of_address = self.addresses.take(waiter.address).map_err(|why| refusal(why, "address"))?;
        Ok(Chair { _of_account: of_account, _of_address: of_address })
    }
}

fn refusal(why: Exhausted, who: &'static str) -> ApiProblem {
    let by = if why == Exhausted::Holder { who } else { "all" };
    metrics::counter!("http_waiters_refused_total", "by" => by).increment(1);
    match why {
        Exhausted::Holder => ApiProblem::new(codes::RATE_LIMITED)
            .detail(format!("Too many requests of this {who} wait for newer data.")),
        Exhausted::Whole => {
            ApiProblem::new(codes::OVERLOADED).detail("Too many requests wait for newer data.")
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use crate::client_address::ClientAddress;

    use super::*;

    fn room(in_all_max: usize, per_account_max: usize, per_address_max: usize) -> WaitingRoom {
        let waiters = WaiterLimits { in_all_max, per_account_max, per_address_max };
        WaitingRoom::new(&Limits { waiters, ..Limits::default() })
    }

    fn waiter(account: i64, address: &str) -> Waiter {
        let address: IpAddr = address.parse().expect("it is an address");
        Waiter { account: Some(account), address: Some(ClientAddress::of(address)), ..Waiter::default() }
    }

    #[test]
    fn each_caller_has_a_few_chairs() {
        let room = room(4, 2, 3);
        let enter = |account, address| {
            room.enter(&waiter(account, address)).map_err(|problem| problem.code().to_owned())
        };
        let (first, second) = (enter(1, "192.0.2.1").expect("free"), enter(1, "192.0.2.1").expect("free"));
        assert_eq!(enter(1, "192.0.2.2").expect_err("of its account"), "rate-limited");
        let third = enter(2, "192.0.2.1").expect("another account");
        assert_eq!(enter(3, "192.0.2.1").expect_err("of its address"), "rate-limited");
        let _fourth = enter(3, "192.0.2.2").expect("of another address");
        assert_eq!(enter(4, "192.0.2.3").expect_err("the room is full"), "overloaded");
        drop((first, second, third));
        let _again = enter(1, "192.0.2.1").expect("what was refused takes no chair");
    }
}
