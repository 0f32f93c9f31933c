//! What commands log that run for long.

use anyhow::{Context, Result};
use service_kit::telemetry::{self, LogFormat, TelemetryConfig};

#[derive(Debug, clap::Args)]
pub(crate) struct LoggingArguments {
    /// What to log: levels, also by module
    #[arg(
        long,
        value_name = "LEVELS",
        env = "ROOKERY_LOG",
        default_value = "info,async_nats=warn,sqlx=warn"
    )]
    log: String,
    /// How log lines look: text or json
    #[arg(long, value_name = "FORMAT", env = "ROOKERY_LOG_FORMAT", default_value = "text")]
    log_format: LogFormat,
}

impl LoggingArguments {
    /// To be called once, before anything is logged.
    pub(crate) fn init(&self) -> Result<()> {
        let telemetry = TelemetryConfig { format: self.log_format, filter: self.log.clone() };
        telemetry::init(&telemetry).context("ROOKERY_LOG")
    }
}
