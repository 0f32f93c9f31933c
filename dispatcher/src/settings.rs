//! What an installation decides about commands.

use event_store::Quota;
use http_kit::Limits;
use service_kit::config::Environment;

/// Settings of the commands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Of each account but admins', per day.
    pub quota: Quota,
}

/// Far more than a person writes in a day (a tenth of an event per second, hour after hour, is 8,640), and so little
/// that a thousand accounts need a day to fill a log of the default size.
const EVENTS_PER_DAY: u64 = 5_000;
const BYTES_PER_DAY: u64 = 8 << 20;
/// With fewer an account could not even be registered and set up.
const EVENTS_PER_DAY_MIN: u64 = 100;
const BYTES_PER_DAY_MIN: u64 = 1 << 20;

impl Default for Settings {
    fn default() -> Self {
        Self { quota: Quota { events_max: EVENTS_PER_DAY, bytes_max: BYTES_PER_DAY } }
    }
}

impl Settings {
    pub fn from_environment(env: &mut Environment) -> Option<Self> {
        let events = bound(env, "ROOKERY_QUOTA_EVENTS_PER_DAY", EVENTS_PER_DAY, EVENTS_PER_DAY_MIN);
        let bytes = bound(env, "ROOKERY_QUOTA_BYTES_PER_DAY", BYTES_PER_DAY, BYTES_PER_DAY_MIN);
        Some(Self { quota: Quota { events_max: events?, bytes_max: bytes? } })
    }
}

impl Settings {
    /// The same; without quotas where callers are not limited (`ROOKERY_LIMITS=off`).
    #[must_use]
    pub fn under(self, limits: &Limits) -> Self {
        if limits.enforced {
            return self;
        }
        Self { quota: Quota { events_max: u64::MAX, bytes_max: u64::MAX } }
    }
}

/// 0 is for none.
fn bound(env: &mut Environment, name: &str, default: u64, min: u64) -> Option<u64> {
    match env.or_default(name, default)? {
        0 => Some(u64::MAX),
        value if value >= min => Some(value),
        _ => {
            env.reject(name, format!("a number, at least {min}, or 0 for no quota"));
            None
        }
    }
}
