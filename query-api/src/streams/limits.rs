//! What streams may take.

use std::time::Duration;

use service_kit::config::Environment;

/// `ROOKERY_STREAM…`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreamLimits {
    /// Open at a time; more are refused as `overloaded`.
    pub in_all_max: usize,
    /// Of these, those of one account; more are refused as `rate-limited`, as by address.
    pub per_account_max: usize,
    pub per_address_max: usize,
    /// The most events of the log that lie between where a stream begins and now.
    pub replayed_events_max: u64,
    /// The longest silence of a stream; no variable changes it. Proxies, and this service, end what is silent for a minute.
    pub silence_max: Duration,
}

impl Default for StreamLimits {
    fn default() -> Self {
        // One takes some 40 KB with its connection. Looking at 100,000 events takes about a second.
        Self {
            in_all_max: 6_000,
            per_account_max: 16,
            per_address_max: 128,
            replayed_events_max: 100_000,
            silence_max: Duration::from_secs(15),
        }
    }
}

impl StreamLimits {
    /// The defaults, with what `ROOKERY_STREAM…` variables change.
    pub fn from_environment(env: &mut Environment) -> Option<Self> {
        let default = Self::default();
        let all = env.or_default("ROOKERY_STREAMS_MAX", default.in_all_max);
        let account = env.or_default("ROOKERY_STREAMS_PER_ACCOUNT_MAX", default.per_account_max);
        let address = env.or_default("ROOKERY_STREAMS_PER_ADDRESS_MAX", default.per_address_max);
        let replayed = env.or_default("ROOKERY_STREAM_REPLAYED_EVENTS_MAX", default.replayed_events_max);
        Some(Self {
            in_all_max: all?,
            per_account_max: account?,
            per_address_max: address?,
            replayed_events_max: replayed?,
            ..default
        })
    }
}
