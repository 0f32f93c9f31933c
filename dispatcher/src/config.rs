//! The settings of the service `dispatcher`, from the environment.

use std::net::SocketAddr;
use std::sync::Arc;

use event_store::Lineage;
use event_store_open::StoreConfig;
use http_kit::identity::IdentityConfig;
use http_kit::{Identity, Limits, Tls};
use service_kit::Chain;
use service_kit::config::{ConfigError, Environment, Unread};
use service_kit::telemetry::TelemetryConfig;
use tokens::KeySource;
use tokens::oidc::OidcSettings;

use crate::auth::{SessionSettings, SigningKeys};
use crate::data_position::DataPositionUrl;
use crate::mail::MailSettings;
use crate::settings::{Registration, Settings};

pub(crate) const OPS_LISTEN: &str = "ROOKERY_DISPATCHER_OPS_LISTEN";

#[derive(Debug)]
pub struct Config {
    pub listen: SocketAddr,
    /// Where `/metrics`, `/livez` and `/readyz` are served.
    pub ops_listen: SocketAddr,
    pub tls: Option<Tls>,
    pub log: StoreConfig,
    pub identity: IdentityConfig,
    pub sessions: SessionSettings,
    /// Without it no mails are sent.
    pub mail: Option<MailSettings>,
    pub oidc: OidcSettings,
    /// Where a query API tells how far the data is; without it no command waits for that.
    pub data_position_url: Option<DataPositionUrl>,
    pub settings: Settings,
    pub limits: Limits,
    pub telemetry: TelemetryConfig,
    /// What is set and not read.
    pub unread: Unread,
}

impl Config {
    pub fn from_environment(mut env: Environment) -> Result<Self, ConfigError> {
        let identity = identity(&mut env);
        // Who has a gateway that says who calls has people registered elsewhere.
        let is_gateway = matches!(identity, Some(IdentityConfig::Gateway { .. }));
        let registration = if is_gateway { Registration::Closed } else { Registration::Open };
        let settings = (
            env.or_default("ROOKERY_DISPATCHER_LISTEN", SocketAddr::from(([127, 0, 0, 1], 8081))),
            env.or_default(OPS_LISTEN, SocketAddr::from(([127, 0, 0, 1], 9081))),
            Tls::from_environment(&mut env),
            log(&mut env),
            identity,
            sessions(&mut env),
            MailSettings::from_environment(&mut env),
            OidcSettings::from_environment(&mut env),
            env.optional::<DataPositionUrl>("ROOKERY_DATA_POSITION_URL"),
            Settings::from_environment(&mut env, registration),
            Limits::from_environment(&mut env),
            TelemetryConfig::from_environment(&mut env),
        );
        match settings {
            (
                Some(listen),
                Some(ops_listen),
                Some(tls),
                Some(log),
                Some(identity),
                Some(sessions),
                Some(mail),
                Some(oidc),
                Some(data_position_url),
                Some(settings),
                Some(limits),
                Some(telemetry),
            ) if !env.has_faults() => Ok(Self {
                listen,
                ops_listen,
                tls,
                log,
                identity,
                sessions,
                mail,
                oidc,
                data_position_url,
                settings: settings.under(&limits),
                limits,
                telemetry,
                unread: env.unread(),
            }),
            _ => Err(env.into_error()),
        }
    }
}

/// Reads the key set too, so that a file which cannot be used is named together with all else that is wrong.
fn identity(env: &mut Environment) -> Option<IdentityConfig> {
    let config = IdentityConfig::beside_own_keys(env)?;
    let own_keys: Arc<dyn KeySource> = Arc::new(SigningKeys::new(SessionSettings::default()));
    if let Err(error) = Identity::with_sources(&config, vec![own_keys]) {
        env.reject("ROOKERY_JWT_JWKS_FILE", format!("the path of a JSON Web Key Set ({})", Chain(&error)));
        return None;
    }
    Some(config)
}

/// In gateway mode the gateway verifies the tokens of sessions, by the published keys.
fn sessions(env: &mut Environment) -> Option<SessionSettings> {
    let default = SessionSettings::default();
    let issuer = env.or_default("ROOKERY_JWT_ISSUER", default.issuer);
    let audience = env.or_default("ROOKERY_JWT_AUDIENCE", default.audience);
    Some(SessionSettings { issuer: issuer?, audience: audience? })
}

fn log(env: &mut Environment) -> Option<StoreConfig> {
    let url = event_store_open::url_from_environment(env);
    let lineage = env.optional::<String>("ROOKERY_LOG_LINEAGE");
    let replicas = env.or_default("ROOKERY_LOG_REPLICAS", 1_usize);
    let log_bytes_max = bytes_max(env, "ROOKERY_LOG_BYTES_MAX", 8 << 30);
    let keys_max = env.or_default("ROOKERY_KEYS_MAX", 10_000_000_usize);
    let bucket_bytes_max = bytes_max(env, "ROOKERY_VAULT_BYTES_MAX", 256 << 20);
    if replicas.is_some_and(|replicas| ![1, 3, 5].contains(&replicas)) {
        env.reject("ROOKERY_LOG_REPLICAS", "1, 3 or 5");
    }
    if keys_max == Some(0) {
        env.reject("ROOKERY_KEYS_MAX", "a number of idempotency keys, at least 1");
    }
    let mut config = StoreConfig::new(url?.expose(), "rookery-dispatcher");
    config.lineage = lineage?.map(|text| Lineage(text.into()));
    config.replicas = replicas?;
    config.log_bytes_max = log_bytes_max?;
    config.keys_max = keys_max?;
    config.bucket_bytes_max = bucket_bytes_max?;
    Some(config)
}

/// The broker takes zero and less for "no bound", which would let the log fill the disk.
fn bytes_max(env: &mut Environment, name: &str, default: i64) -> Option<i64> {
    let bytes = env.or_default(name, default)?;
    if bytes <= 0 {
        env.reject(name, "a number of bytes, at least 1");
        return None;
    }
    Some(bytes)
}
