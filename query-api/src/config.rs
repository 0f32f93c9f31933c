//! The environment of the read API.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use http_kit::identity::IdentityConfig;
use http_kit::{Limits, Tls};
use service_kit::config::{ConfigError, Environment, Secret, Unread};
use service_kit::telemetry::TelemetryConfig;
use tokens::RevocationsUrl;

use crate::catalog::CatalogSettings;
use crate::exports::ExportLimits;

pub(crate) const OPS_LISTEN: &str = "ROOKERY_QUERY_OPS_LISTEN";
const LISTEN_DEFAULT: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 8082);
const OPS_LISTEN_DEFAULT: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 9082);
/// A reader's statement takes about a millisecond, so a few connections serve thousands of requests a second.
const POOL_CONNECTIONS_DEFAULT: u32 = 16;
const READY_LAG_MAX_SECONDS_DEFAULT: u64 = 30;

/// Everything that the service reads from its environment.
#[derive(Debug, Clone)]
pub struct QueryApiConfig {
    /// Where the API listens.
    pub listen: SocketAddr,
    /// Where `/metrics`, `/livez` and `/readyz` are served.
    pub ops_listen: SocketAddr,
    pub tls: Option<Tls>,
    /// The data set, as a `postgres://` address. It may hold a password.
    pub database_url: Secret,
    pub pool_connections_max: u32,
    /// How old the data may be before the service calls itself not ready.
    pub ready_lag_max: Duration,
    pub identity: IdentityConfig,
    /// Where a dispatcher tells which tokens are void; without it, a token is good until it expires.
    pub revocations_url: Option<RevocationsUrl>,
    pub limits: Limits,
    pub exports: ExportLimits,
    pub catalog: CatalogSettings,
    pub telemetry: TelemetryConfig,
    /// What is set and not read.
    pub unread: Unread,
}

impl QueryApiConfig {
    /// # Errors
    /// Everything that is missing or malformed, at once.
    pub fn from_environment(mut env: Environment) -> Result<Self, ConfigError> {
        match Self::read(&mut env) {
            Some(config) if !env.has_faults() => Ok(config),
            _ => Err(env.into_error()),
        }
    }

    fn read(env: &mut Environment) -> Option<Self> {
        let listen = env.or_default("ROOKERY_QUERY_LISTEN", LISTEN_DEFAULT);
        let ops_listen = env.or_default(OPS_LISTEN, OPS_LISTEN_DEFAULT);
        let tls = Tls::from_environment(env);
        let database_url = env.secret("ROOKERY_DATABASE_URL");
        let connections = env.or_default("ROOKERY_QUERY_POOL_CONNECTIONS_MAX", POOL_CONNECTIONS_DEFAULT);
        if connections == Some(0) {
            env.reject("ROOKERY_QUERY_POOL_CONNECTIONS_MAX", "at least 1");
        }
        let lag_max = env.or_default("ROOKERY_READY_LAG_MAX_SECONDS", READY_LAG_MAX_SECONDS_DEFAULT);
        let identity = IdentityConfig::from_environment(env);
        let revocations_url = env.optional("ROOKERY_REVOCATIONS_URL");
        let limits = Limits::from_environment(env);
        let exports = ExportLimits::from_environment(env);
        let catalog = CatalogSettings::from_environment(env);
        let telemetry = TelemetryConfig::from_environment(env);
        let database_url = database_url.and_then(|url| accept_url(env, url));
        Some(Self {
            listen: listen?,
            ops_listen: ops_listen?,
            tls: tls?,
            database_url: database_url?,
            pool_connections_max: connections?,
            ready_lag_max: Duration::from_secs(lag_max?),
            identity: identity?,
            revocations_url: revocations_url?,
            limits: limits?,
            exports: exports?,
            catalog: catalog?,
            telemetry: telemetry?,
            unread: env.unread(),
        })
    }
}

fn accept_url(env: &mut Environment, url: Secret) -> Option<Secret> {
    let acceptable = data_set::pool::is_acceptable(url.expose());
    if !acceptable {
        env.reject("ROOKERY_DATABASE_URL", "an address like postgres://user:password@host:5432/database");
    }
    acceptable.then_some(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: [(&str, &str); 3] = [
        ("ROOKERY_DATABASE_URL", "postgres://reader:secret@localhost/rookery"),
        ("ROOKERY_IDENTITY_MODE", "gateway"),
        ("ROOKERY_GATEWAY_SECRET", "a-secret-of-some-length"),
    ];

    #[test]
    fn what_is_required_is_enough() {
        let config = QueryApiConfig::from_environment(Environment::from_pairs(GOOD)).expect("it is complete");
        assert_eq!(config.listen, LISTEN_DEFAULT);
        assert!(!format!("{config:?}").contains("secret@"));
    }

    #[test]
    fn keys_may_come_from_an_address_alone() {
        let of = |url: &'static str| {
            let identity = [
                ("ROOKERY_IDENTITY_MODE", "jwt"),
                ("ROOKERY_JWT_ISSUER", "rookery"),
                ("ROOKERY_JWT_AUDIENCE", "rookery"),
                ("ROOKERY_JWT_JWKS_URL", url),
            ];
            let env = Environment::from_pairs([GOOD[0]].into_iter().chain(identity));
            QueryApiConfig::from_environment(env)
        };
        assert!(of("http://dispatcher:8081/.well-known/jwks.json").is_ok());
        assert!(of("").is_err(), "some keys are needed");
        assert!(of("dispatcher:8081").is_err());
    }

    #[test]
    fn what_is_void_is_asked_for_where_it_is_said() {
        let of = |url: &'static str| {
            let pairs = GOOD.into_iter().chain([("ROOKERY_REVOCATIONS_URL", url)]);
            QueryApiConfig::from_environment(Environment::from_pairs(pairs))
        };
        let config = of("http://dispatcher:9081/internal/revocations").expect("it is complete");
        assert!(config.revocations_url.is_some());
        assert!(of("").expect("it is complete").revocations_url.is_none());
        assert!(of("dispatcher:9081").is_err());
    }

    #[test]
    fn everything_wrong_is_reported_at_once() {
        let bad = [
            ("ROOKERY_DATABASE_URL", "mysql://x"),
            ("ROOKERY_QUERY_LISTEN", "nowhere"),
            ("ROOKERY_QUERY_POOL_CONNECTIONS_MAX", "0"),
            ("ROOKERY_READY_LAG_MAX_SECONDS", "-1"),
        ];
        let error = QueryApiConfig::from_environment(Environment::from_pairs(bad)).expect_err("it is bad");
        let mut names: Vec<_> = error.faults().iter().map(|fault| fault.name.as_str()).collect();
        names.sort_unstable();
        assert_eq!(
            names,
            [
                "ROOKERY_DATABASE_URL",
                "ROOKERY_IDENTITY_MODE",
                "ROOKERY_QUERY_LISTEN",
                "ROOKERY_QUERY_POOL_CONNECTIONS_MAX",
                "ROOKERY_READY_LAG_MAX_SECONDS",
            ]
        );
    }
}
