//! The settings of the service `reducers`, from the environment.

use std::net::SocketAddr;

use data_set::SearchLanguage;
use data_set::write::FanOutLimit;
use service_kit::config::{ConfigError, Environment, Secret};
use service_kit::telemetry::TelemetryConfig;

#[derive(Debug, Clone)]
pub struct Config {
    /// Where `/livez`, `/readyz` and `/metrics` are served.
    pub listen: SocketAddr,
    /// The log, on NATS or on Postgres; may hold user and password.
    pub log_url: Secret,
    /// The data set, as a user with the role `rookery_reducer`, or its owner where the schema is migrated at start.
    pub database_url: Secret,
    /// What is done to the schema before folding.
    pub schema: SchemaOnStart,
    /// With more followers, an author's messages are merged into home timelines on read.
    pub fan_out_limit: FanOutLimit,
    pub telemetry: TelemetryConfig,
}

/// What is done to the schema of the data set before anything is folded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SchemaOnStart {
    /// Somebody else brings it up to date.
    Leave,
    /// It is brought up to date; searches get this language, where one is named.
    Migrate { search_language: Option<SearchLanguage> },
}

impl Config {
    pub fn from_environment(mut env: Environment) -> Result<Self, ConfigError> {
        let settings = (
            env.or_default("ROOKERY_REDUCERS_LISTEN", SocketAddr::from(([127, 0, 0, 1], 8083))),
            event_store_open::url_from_environment(&mut env),
            env.secret("ROOKERY_DATABASE_URL"),
            env.or_default("ROOKERY_MIGRATE_ON_START", true),
            env.optional("ROOKERY_SEARCH_LANGUAGE"),
            env.or_default("ROOKERY_FANOUT_LIMIT", FanOutLimit::DEFAULT.followers()).map(FanOutLimit::new),
            TelemetryConfig::from_environment(&mut env),
        );
        match settings {
            (
                Some(listen),
                Some(log_url),
                Some(database_url),
                Some(migrate_on_start),
                Some(search_language),
                Some(fan_out_limit),
                Some(telemetry),
            ) if !env.has_faults() => {
                let schema = if migrate_on_start {
                    SchemaOnStart::Migrate { search_language }
                } else {
                    SchemaOnStart::Leave
                };
                Ok(Self { listen, log_url, database_url, schema, fan_out_limit, telemetry })
            }
            _ => Err(env.into_error()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(more: &[(&'static str, &'static str)]) -> Result<Config, ConfigError> {
        let good = [
            ("ROOKERY_NATS_URL", "nats://localhost"),
            ("ROOKERY_DATABASE_URL", "postgres://localhost/rookery"),
        ];
        Config::from_environment(Environment::from_pairs(good.into_iter().chain(more.iter().copied())))
    }

    #[test]
    fn the_language_of_searches_is_set_by_whoever_migrates() {
        let schema = |more| config(more).expect("it is complete").schema;
        assert_eq!(schema(&[]), SchemaOnStart::Migrate { search_language: None });
        let english = SchemaOnStart::Migrate { search_language: "english".parse().ok() };
        assert_eq!(schema(&[("ROOKERY_SEARCH_LANGUAGE", "english")]), english);
        let left = [("ROOKERY_SEARCH_LANGUAGE", "english"), ("ROOKERY_MIGRATE_ON_START", "false")];
        assert_eq!(schema(&left), SchemaOnStart::Leave);
        assert!(config(&[("ROOKERY_SEARCH_LANGUAGE", "'; drop")]).is_err());
    }
}
