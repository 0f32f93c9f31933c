//! What an installation says of its webhooks.

use std::time::Duration;

use service_kit::config::Environment;

/// `ROOKERY_WEBHOOKS_…`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WebhookSettings {
    /// Also addresses without TLS.
    pub allow_http: bool,
    /// Also addresses that are not public: of this machine, of networks of one's own.
    pub allow_private: bool,
    /// After so many tries an event is parked.
    pub tries_max: u32,
    /// For one try.
    pub timeout: Duration,
    /// How long a relay may be silent before another one sends in its place.
    pub lease: Duration,
    /// Before the second try; doubled with each.
    pub retry_min: Duration,
    /// Between two tries.
    pub retry_max: Duration,
}

impl Default for WebhookSettings {
    fn default() -> Self {
        Self {
            allow_http: false,
            allow_private: false,
            tries_max: 12,
            timeout: Duration::from_secs(10),
            lease: Duration::from_secs(10),
            retry_min: Duration::from_secs(1),
            retry_max: Duration::from_secs(600),
        }
    }
}

impl WebhookSettings {
    /// The defaults, with what variables change.
    pub fn from_environment(env: &mut Environment) -> Option<Self> {
        let default = Self::default();
        let allow_http = env.or_default("ROOKERY_WEBHOOKS_ALLOW_HTTP", default.allow_http);
        let allow_private = env.or_default("ROOKERY_WEBHOOKS_ALLOW_PRIVATE", default.allow_private);
        let mut within = |name: &str, default: u32, max: u32| {
            let value = env.or_default(name, default);
            if value.is_some_and(|value| value == 0 || value > max) {
                env.reject(name, format!("1 to {max}"));
            }
            value
        };
        let tries_max = within("ROOKERY_WEBHOOKS_TRIES_MAX", default.tries_max, 100);
        let seconds = |duration: Duration| u32::try_from(duration.as_secs()).unwrap_or(u32::MAX);
        let timeout = within("ROOKERY_WEBHOOKS_TIMEOUT_SECONDS", seconds(default.timeout), 60);
        let lease = within("ROOKERY_WEBHOOKS_LEASE_SECONDS", seconds(default.lease), 300);
        Some(Self {
            allow_http: allow_http?,
            allow_private: allow_private?,
            tries_max: tries_max?,
            timeout: Duration::from_secs(timeout?.into()),
            lease: Duration::from_secs(lease?.into()),
            ..default
        })
    }
}
