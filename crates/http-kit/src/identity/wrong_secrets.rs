//! Slows down who guesses the gateway's secret.

use std::collections::HashSet;
use std::num::NonZeroU32;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use api_types::codes;
use governor::clock::{Clock, MonotonicClock};
use governor::{Quota, RateLimiter};

use crate::client_address::ClientAddress;
use crate::problem::ApiProblem;
use crate::rates::Cells;

/// Guesses of one address that are looked at; then one per [`INTERVAL`].
const GUESSES_MAX: NonZeroU32 = NonZeroU32::new(10).expect("it is not zero");
const INTERVAL: Duration = Duration::from_secs(10);
/// Addresses that guess, at a time. Gateways stand on an inner network.
const ADDRESSES_MAX: usize = 4_096;
/// Gateways that have shown the right secret.
const GATEWAYS_MAX: usize = 256;

/// By the address of the peer itself.
///
/// An address that has shown the right secret is a gateway: that it may also be where wrong secrets come from does not
/// lock it out. Any other has its guesses looked at only as often as the budget allows, also a right one.
pub(super) struct WrongSecrets {
    limiter: RateLimiter<ClientAddress, Cells<ClientAddress>, MonotonicClock>,
    gateways: Mutex<HashSet<ClientAddress>>,
}

impl WrongSecrets {
    pub(super) fn new() -> Self {
        // The interval is not zero.
        let quota = Quota::with_period(INTERVAL).unwrap_or_else(|| Quota::per_minute(GUESSES_MAX));
        let limiter =
            RateLimiter::new(quota.allow_burst(GUESSES_MAX), Cells::new(ADDRESSES_MAX), MonotonicClock);
        Self { limiter, gateways: Mutex::default() }
    }

    /// Whether the secret is right.
    ///
    /// # Errors
    /// `rate-limited` where too many were wrong before.
    pub(super) fn verify(
        &self,
        peer: Option<ClientAddress>,
        is_right: impl FnOnce() -> bool,
    ) -> Result<bool, ApiProblem> {
        let Some(peer) = peer else { return Ok(is_right()) };
        if self.gateways().contains(&peer) {
            let right = is_right();
            if !right {
                self.count(peer)?;
            }
            return Ok(right);
        }
        self.count(peer)?;
        let right = is_right();
        if right {
            let mut gateways = self.gateways();
            if gateways.len() >= GATEWAYS_MAX {
                gateways.clear();
            }
            gateways.insert(peer);
        }
        Ok(right)
    }

    fn count(&self, peer: ClientAddress) -> Result<(), ApiProblem> {
        self.limiter.check_key(&peer).map_err(|until| {
            metrics::counter!("http_gateway_secrets_refused_total").increment(1);
            let wait = until.wait_time_from(MonotonicClock.now()).as_secs() + 1;
            ApiProblem::new(codes::RATE_LIMITED)
                .detail("This address sent too many wrong gateway secrets.")
                .retry_after_seconds(u32::try_from(wait).unwrap_or(u32::MAX))
        })
    }

    fn gateways(&self) -> std::sync::MutexGuard<'_, HashSet<ClientAddress>> {
        // A set is whole after every one of its operations.
        self.gateways.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use super::*;

    fn peer(address: &str) -> Option<ClientAddress> {
        let address: IpAddr = address.parse().expect("it is an address");
        Some(ClientAddress::of(address))
    }

    #[test]
    fn three_hundred_guesses_in_a_row_are_mostly_not_looked_at() {
        let secrets = WrongSecrets::new();
        let mut looked_at = 0;
        for _ in 0..300 {
            secrets
                .verify(peer("10.0.0.66"), || {
                    looked_at += 1;
                    false
                })
                .ok();
        }
        assert_eq!(looked_at, GUESSES_MAX.get());
        let refusal =
            secrets.verify(peer("10.0.0.66"), || true).expect_err("a right guess tells nothing either");
        assert_eq!(refusal.code(), "rate-limited");
        assert!(secrets.verify(peer("10.0.0.1"), || true).expect("it is another address"));
    }

    #[test]
    fn a_gateway_is_not_locked_out_by_what_comes_through_it() {
        let secrets = WrongSecrets::new();
        assert!(secrets.verify(peer("10.0.0.1"), || true).expect("it is the first"));
        for _ in 0..300 {
            assert!(!secrets.verify(peer("10.0.0.1"), || false).unwrap_or(false));
        }
        assert!(secrets.verify(peer("10.0.0.1"), || false).is_err(), "wrong ones are refused");
        assert!(secrets.verify(peer("10.0.0.1"), || true).expect("it has shown the secret"));
    }
}
