//! The settings of the service `reducers`, from the environment.

use std::net::SocketAddr;

use data_set::write::FanOutLimit;
use service_kit::config::{ConfigError, Environment, Secret, Unread};
use service_kit::telemetry::TelemetryConfig;

#[derive(Debug, Clone)]
pub struct Config {
    /// Where `/livez`, `/readyz` and `/metrics` are served.
    pub listen: SocketAddr,
    /// The log, on NATS or on Postgres; may hold user and password.
    pub log_url: Secret,
    /// The data set, as a user with the role `rookery_reducer`, or its owner where the schema is migrated at start.
    pub database_url: Secret,
    /// Bring the schema up to date before folding.
    pub migrate_on_start: bool,
    /// With more followers, an author's messages are merged into home timelines on read.
    pub fan_out_limit: FanOutLimit,
    pub telemetry: TelemetryConfig,
    /// What is set and not read.
    pub unread: Unread,
}

impl Config {
    pub fn from_environment(mut env: Environment) -> Result<Self, ConfigError> {
        let settings = (
            env.or_default("ROOKERY_REDUCERS_LISTEN", SocketAddr::from(([127, 0, 0, 1], 8083))),
            event_store_open::url_from_environment(&mut env),
            env.secret("ROOKERY_DATABASE_URL"),
            env.or_default("ROOKERY_MIGRATE_ON_START", true),
            env.or_default("ROOKERY_FANOUT_LIMIT", FanOutLimit::DEFAULT.followers()).map(FanOutLimit::new),
            TelemetryConfig::from_environment(&mut env),
        );
        match settings {
            (
                Some(listen),
                Some(log_url),
                Some(database_url),
                Some(migrate_on_start),
                Some(fan_out_limit),
                Some(telemetry),
            ) if !env.has_faults() => {
                let unread = env.unread();
                Ok(Self { listen, log_url, database_url, migrate_on_start, fan_out_limit, telemetry, unread })
            }
            _ => Err(env.into_error()),
        }
    }
}
