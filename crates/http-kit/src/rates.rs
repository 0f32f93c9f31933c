//! How often each caller may do each [`Action`], by the crate `governor` (GCRA: a burst, and then one request per
//! interval).
//!
//! ```text
//!   x-rate of the operation ─▶ action ─▶ budget of the account ─▶ of its address ─▶ of its IPv6 network ─▶ handler
//!                                              └───────────────────────┴──────────────────────┴─▶ 429, Retry-After
//! ```
//!
//! The account's budget comes first: who has used it up takes nothing from the others behind the same address.

mod action;
mod by_address;
mod cells;
mod rate;
mod report;

use std::hash::Hash;
use std::time::Duration;

use api_types::codes;
use governor::clock::{Clock, MonotonicClock};
use governor::middleware::StateInformationMiddleware;
use governor::{Quota, RateLimiter};

pub use action::{Action, ActionRates, RateTable};
pub(crate) use by_address::AddressRate;
pub(crate) use cells::{CELLS_MAX, Cells};
pub(crate) use rate::RateOrOff;
pub use rate::{NoRate, Rate};
pub(crate) use report::Report;

use crate::client_address::ClientAddress;
use crate::problem::ApiProblem;

/// A customer of an IPv6 provider often has 65,536 networks of the size that counts as one address; together they have
/// the budget of so many of them.
const ADDRESSES_PER_NETWORK: u32 = 8;

/// Who is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Holder {
    pub(crate) account: Option<i64>,
    /// Unknown where a test calls the router without a server.
    pub(crate) address: Option<ClientAddress>,
}

/// One budget.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Key {
    Account(Action, i64),
    Address(Action, ClientAddress),
    Network(Action, ClientAddress),
}

type Limiter<K = Key> = RateLimiter<K, Cells<K>, MonotonicClock, StateInformationMiddleware>;

#[derive(Debug)]
pub(crate) struct Rates {
    budgets: [Budgets; Action::ALL.len()],
}

/// Of one action.
#[derive(Debug)]
struct Budgets {
    account: Option<Budget>,
    address: Option<Budget>,
    network: Option<Budget>,
}

#[derive(Debug)]
struct Budget {
    rate: Rate,
    limiter: Limiter,
    refused: metrics::Counter,
}

impl Rates {
    pub(crate) fn new(table: &RateTable) -> Self {
        metrics::describe_counter!("http_rate_limited_total", "Requests refused for their rate.");
        metrics::describe_counter!(
            "http_rate_cells_forgotten_total",
            "Budgets begun afresh for want of room."
        );
        let cells = Cells::new(CELLS_MAX);
        let budgets = Action::ALL.map(|action| {
            let ActionRates { account, address } = table.of(action);
            let budget = |rate: Rate, by: &'static str| Budget {
                rate,
                limiter: limiter(rate, cells.clone()),
                refused: metrics::counter!("http_rate_limited_total", "action" => action.name(), "by" => by),
            };
            Budgets {
                account: account.map(|rate| budget(rate, "account")),
                address: address.map(|rate| budget(rate, "address")),
                network: address.map(|rate| budget(rate.times(ADDRESSES_PER_NETWORK), "network")),
            }
        });
        Self { budgets }
    }

    /// Takes one request from the holder's budgets, and says what is left of the smallest.
    ///
    /// # Errors
    /// `rate-limited`, with the same report.
    pub(crate) fn spend(&self, action: Action, holder: Holder) -> (Option<Report>, Result<(), ApiProblem>) {
        let Budgets { account, address, network } = &self.budgets[action as usize];
        let of_account = holder.account.map(|account| Key::Account(action, account));
        let of_address = holder.address.map(|address| Key::Address(action, address));
        let of_network =
            holder.address.and_then(ClientAddress::network).map(|network| Key::Network(action, network));
        let all = [(account, of_account), (address, of_address), (network, of_network)];
        let mut report: Option<Report> = None;
        for (budget, key) in all {
            let (Some(budget), Some(key)) = (budget, key) else { continue };
            match budget.limiter.check_key(&key) {
                Ok(state) => {
                    let left = state.remaining_burst_capacity();
                    let until_whole = budget.rate.interval() * budget.rate.burst().get().saturating_sub(left);
                    let until = if left == 0 { budget.rate.interval() } else { until_whole };
                    Report::add(&mut report, name(key), budget.rate, left, seconds(until));
                }
                Err(until) => {
                    budget.refused.increment(1);
                    let wait = seconds(until.wait_time_from(MonotonicClock.now()));
                    Report::add(&mut report, name(key), budget.rate, 0, wait);
                    return (report, Err(refusal(key, wait)));
                }
            }
        }
        (report, Ok(()))
    }
}

fn limiter<K: Hash + Eq + Copy>(rate: Rate, cells: Cells<K>) -> Limiter<K> {
    // No interval is zero: a window has at least a second, and a u32 of requests at least 0.2 ns each.
    let interval = rate.interval().max(Duration::from_nanos(1));
    let quota = Quota::with_period(interval).map(|quota| quota.allow_burst(rate.burst()));
    let quota = quota.unwrap_or_else(|| Quota::per_second(rate.burst()));
    RateLimiter::new(quota, cells, MonotonicClock)
}

/// The policy's name, and what is added to that of the action.
fn name(key: Key) -> (Action, &'static str) {
    match key {
        Key::Account(action, _) => (action, ""),
        Key::Address(action, _) => (action, "-address"),
        Key::Network(action, _) => (action, "-network"),
    }
}

fn refusal(key: Key, wait: u32) -> ApiProblem {
    let (action, who) = match key {
        Key::Account(action, _) => (action, "this account"),
        Key::Address(action, _) => (action, "this address"),
        Key::Network(action, _) => (action, "this address's network"),
    };
    ApiProblem::new(codes::RATE_LIMITED)
        .detail(format!("Too many requests of the kind `{}` by {who}.", action.name()))
        .retry_after_seconds(wait)
}

/// Rounded up, and never none: who comes back at that time is let in.
fn seconds(duration: Duration) -> u32 {
    let rounded = duration.as_secs() + u64::from(duration.subsec_nanos() > 0);
    u32::try_from(rounded).unwrap_or(u32::MAX).max(1)
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use super::*;

    const HOUR: Duration = Duration::from_secs(3_600);

    fn rates(account: u32, address: u32) -> Rates {
        let of = |requests| Rate::new(requests, HOUR, requests);
        let post = ActionRates { account: of(account), address: of(address) };
        Rates::new(&RateTable::default().with(Action::Post, post))
    }

    fn holder(account: i64, address: &str) -> Holder {
        let address: IpAddr = address.parse().expect("it is an address");
        Holder { account: Some(account), address: Some(ClientAddress::of(address)) }
    }

    fn spend(rates: &Rates, holder: Holder) -> Result<(), String> {
        let (_, spent) = rates.spend(Action::Post, holder);
        spent.map_err(|problem| problem.problem().detail.clone().unwrap_or_default().into_owned())
    }

    #[test]
    fn a_greedy_account_takes_nothing_from_its_neighbours() {
        let rates = rates(2, 6);
        for _ in 0..2 {
            assert_eq!(spend(&rates, holder(1, "192.0.2.1")), Ok(()));
        }
        for _ in 0..100 {
            assert!(spend(&rates, holder(1, "192.0.2.1")).expect_err("it had two").contains("this account"));
        }
        assert!(spend(&rates, holder(1, "192.0.2.2")).is_err(), "another address is no other account");
        for neighbour in [2, 2, 3, 3] {
            assert_eq!(spend(&rates, holder(neighbour, "192.0.2.1")), Ok(()));
        }
        assert!(spend(&rates, holder(4, "192.0.2.1")).expect_err("six came").contains("this address"));
        assert_eq!(spend(&rates, holder(4, "192.0.2.9")), Ok(()), "of another address");
        assert!(rates.spend(Action::Edge, holder(1, "192.0.2.1")).1.is_ok(), "of another kind");
    }

    #[test]
    fn a_customer_with_many_networks_has_the_budget_of_eight() {
        let rates = rates(1_000, 3);
        let mut taken = 0;
        for network in 0..100 {
            for _ in 0..3 {
                let caller = holder(network, &format!("2001:db8:7:{network:x}::1"));
                taken += i64::from(spend(&rates, caller).is_ok());
            }
        }
        assert_eq!(taken, 3 * 8);
        assert_eq!(spend(&rates, holder(1, "2001:db8:8::1")), Ok(()), "of the next customer");
    }

    #[test]
    fn a_report_names_what_is_nearest_to_its_end() {
        let rates = rates(60, 3);
        let (report, spent) = rates.spend(Action::Post, holder(1, "192.0.2.1"));
        assert!(spent.is_ok());
        let report = report.expect("there are budgets");
        assert_eq!(report.policy(), r#""post";q=60;w=3600, "post-address";q=3;w=3600"#);
        assert_eq!(report.state(), r#""post-address";r=2;t=1200"#);
    }
}
