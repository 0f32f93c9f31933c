//! The settings of the service `dispatcher`, from the environment.

use std::net::SocketAddr;

use event_store::{JetStreamConfig, Lineage};
use http_kit::Limits;
use http_kit::identity::IdentityConfig;
use service_kit::config::{ConfigError, Environment};
use service_kit::telemetry::TelemetryConfig;

#[derive(Debug)]
pub struct Config {
    pub listen: SocketAddr,
    pub log: JetStreamConfig,
    pub identity: IdentityConfig,
    pub limits: Limits,
    pub telemetry: TelemetryConfig,
}

impl Config {
    pub fn from_environment(mut env: Environment) -> Result<Self, ConfigError> {
        let settings = (
            env.or_default("ROOKERY_DISPATCHER_LISTEN", SocketAddr::from(([127, 0, 0, 1], 8081))),
            log(&mut env),
            IdentityConfig::from_environment(&mut env),
            Limits::from_environment(&mut env),
            TelemetryConfig::from_environment(&mut env),
        );
        match settings {
            (Some(listen), Some(log), Some(identity), Some(limits), Some(telemetry)) if !env.has_faults() => {
                Ok(Self { listen, log, identity, limits, telemetry })
            }
            _ => Err(env.into_error()),
        }
    }
}

fn log(env: &mut Environment) -> Option<JetStreamConfig> {
    let url = env.secret("ROOKERY_NATS_URL");
    let lineage = env.optional::<String>("ROOKERY_LOG_LINEAGE");
    let replicas = env.or_default("ROOKERY_LOG_REPLICAS", 1_usize);
    let stream_bytes_max = env.or_default("ROOKERY_LOG_BYTES_MAX", 8_i64 << 30);
    let claims_bytes_max = env.or_default("ROOKERY_CLAIMS_BYTES_MAX", 1_i64 << 30);
    if replicas.is_some_and(|replicas| ![1, 3, 5].contains(&replicas)) {
        env.reject("ROOKERY_LOG_REPLICAS", "1, 3 or 5");
    }
    let mut config = JetStreamConfig::new(url?.expose(), "rookery-dispatcher");
    config.lineage = lineage?.map(|text| Lineage(text.into()));
    config.replicas = replicas?;
    config.stream_bytes_max = stream_bytes_max?;
    config.claims_bytes_max = claims_bytes_max?;
    Some(config)
}
