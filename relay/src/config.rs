//! The environment of the relay.

use std::net::{Ipv4Addr, SocketAddr};

use event_store::Lineage;
use event_store_open::StoreConfig;
use http_kit::identity::IdentityConfig;
use http_kit::{Limits, Tls};
use service_kit::config::{ConfigError, Environment, Unread};
use service_kit::telemetry::TelemetryConfig;
use tokens::RevocationsUrl;

use crate::WebhookSettings;
use crate::events::EventLimits;

pub(crate) const OPS_LISTEN: &str = "ROOKERY_RELAY_OPS_LISTEN";
pub(crate) const NAME: &str = "rookery-relay";
const LISTEN_DEFAULT: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 8085);
const OPS_LISTEN_DEFAULT: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 9085);

/// Everything that the service reads from its environment.
#[derive(Debug, Clone)]
pub struct RelayConfig {
    /// Where the API listens.
    pub listen: SocketAddr,
    /// Where `/metrics`, `/livez` and `/readyz` are served.
    pub ops_listen: SocketAddr,
    pub tls: Option<Tls>,
    /// The log, as a user that reads it.
    pub log: StoreConfig,
    pub identity: IdentityConfig,
    /// Where a dispatcher tells which tokens are void; without it, a token is good until it expires.
    pub revocations_url: Option<RevocationsUrl>,
    pub limits: Limits,
    pub events: EventLimits,
    pub webhooks: WebhookSettings,
    pub telemetry: TelemetryConfig,
    /// What is set and not read.
    pub unread: Unread,
}

impl RelayConfig {
    /// # Errors
    /// Everything that is missing or malformed, at once.
    pub fn from_environment(mut env: Environment) -> Result<Self, ConfigError> {
        match Self::read(&mut env) {
            Some(config) if !env.has_faults() => Ok(config),
            _ => Err(env.into_error()),
        }
    }

    fn read(env: &mut Environment) -> Option<Self> {
        let listen = env.or_default("ROOKERY_RELAY_LISTEN", LISTEN_DEFAULT);
        let ops_listen = env.or_default(OPS_LISTEN, OPS_LISTEN_DEFAULT);
        let tls = Tls::from_environment(env);
        let url = event_store_open::url_from_environment(env);
        let lineage = env.optional::<String>("ROOKERY_LOG_LINEAGE");
        let identity = IdentityConfig::from_environment(env);
        let revocations_url = env.optional("ROOKERY_REVOCATIONS_URL");
        let limits = Limits::from_environment(env);
        let events = EventLimits::from_environment(env);
        let webhooks = WebhookSettings::from_environment(env);
        let telemetry = TelemetryConfig::from_environment(env);
        Some(Self {
            listen: listen?,
            ops_listen: ops_listen?,
            tls: tls?,
            log: log(url?.expose(), lineage?.map(|lineage| Lineage(lineage.into()))),
            identity: identity?,
            revocations_url: revocations_url?,
            limits: limits?,
            events: events?,
            webhooks: webhooks?,
            telemetry: telemetry?,
            unread: env.unread(),
        })
    }
}

/// The log as the relay opens it, which never makes one.
pub fn log(url: &str, lineage: Option<Lineage>) -> StoreConfig {
    let mut config = StoreConfig::new(url, NAME);
    config.create = false;
    config.lineage = lineage;
    config
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: [(&str, &str); 3] = [
        ("ROOKERY_NATS_URL", "nats://relay:secret@localhost"),
        ("ROOKERY_IDENTITY_MODE", "gateway"),
        ("ROOKERY_GATEWAY_SECRET", "a-secret-of-some-length"),
    ];

    #[test]
    fn what_is_required_is_enough() {
        let config = RelayConfig::from_environment(Environment::from_pairs(GOOD)).expect("it is complete");
        assert_eq!(config.listen, LISTEN_DEFAULT);
        assert!(!config.log.create, "the dispatcher makes the log");
    }

    #[test]
    fn everything_wrong_is_reported_at_once() {
        let bad = [
            ("ROOKERY_NATS_URL", "http://x"),
            ("ROOKERY_RELAY_LISTEN", "nowhere"),
            ("ROOKERY_FOLLOWERS_MAX", "0"),
            ("ROOKERY_FOLLOWERS_PER_ACCOUNT_MAX", "many"),
            ("ROOKERY_WEBHOOKS_TRIES_MAX", "0"),
            ("ROOKERY_WEBHOOKS_ALLOW_HTTP", "yes"),
        ];
        let error = RelayConfig::from_environment(Environment::from_pairs(bad)).expect_err("it is bad");
        let mut names: Vec<_> = error.faults().iter().map(|fault| fault.name.as_str()).collect();
        names.sort_unstable();
        let expected = [
            "ROOKERY_FOLLOWERS_MAX",
            "ROOKERY_FOLLOWERS_PER_ACCOUNT_MAX",
            "ROOKERY_IDENTITY_MODE",
            "ROOKERY_NATS_URL",
            "ROOKERY_RELAY_LISTEN",
            "ROOKERY_WEBHOOKS_ALLOW_HTTP",
            "ROOKERY_WEBHOOKS_TRIES_MAX",
        ];
        assert_eq!(names, expected);
    }
}
