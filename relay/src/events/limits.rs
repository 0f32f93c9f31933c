//! What those who take events may have of the relay.

use service_kit::config::Environment;

/// `ROOKERY_FOLLOWERS…` and `ROOKERY_LOG_READINGS_MAX`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventLimits {
    /// Who follows the log, or waits for its next event, at a time; more are refused as `overloaded`. Each takes up to
    /// 192 KiB.
    pub followers_max: usize,
    /// Of these, those of one account; more are refused as `rate-limited`.
    pub followers_per_account_max: usize,
    /// Who reads what is further back than memory, at a time; more wait. Each takes a connection to the log, and up to
    /// 10,000 events of memory.
    pub readings_max: usize,
}

impl Default for EventLimits {
    fn default() -> Self {
        Self { followers_max: 256, followers_per_account_max: 4, readings_max: 4 }
    }
}

impl EventLimits {
    /// The defaults, with what variables change.
    pub fn from_environment(env: &mut Environment) -> Option<Self> {
        let default = Self::default();
        let mut at_least_one = |name: &str, default: usize| {
            let value = env.or_default(name, default);
            if value == Some(0) {
                env.reject(name, "at least 1");
            }
            value
        };
        let followers_max = at_least_one("ROOKERY_FOLLOWERS_MAX", default.followers_max);
        let per_account =
            at_least_one("ROOKERY_FOLLOWERS_PER_ACCOUNT_MAX", default.followers_per_account_max);
        let readings_max = at_least_one("ROOKERY_LOG_READINGS_MAX", default.readings_max);
        Some(Self {
            followers_max: followers_max?,
            followers_per_account_max: per_account?,
            readings_max: readings_max?,
        })
    }
}
