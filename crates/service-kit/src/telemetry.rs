//! Logs and metrics of one process.
//!
//! Logs go to standard error, one JSON object per line, because the operator's commands answer on standard output.
//! Metrics are collected in process and rendered when somebody asks. There is no tracing exporter here: trace ids
//! travel in headers and log lines, and a collector can follow them from there.

use std::io::IsTerminal;
use std::str::FromStr;
use std::sync::OnceLock;
use std::time::Duration;

use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::util::SubscriberInitExt;

use crate::config::Environment;

/// Upper bounds in seconds for every histogram whose name ends in `_seconds`: from a cached read to a long wait.
const SECONDS_BUCKETS: &[f64] =
    &[0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0];

/// How often samples are folded into their buckets, so that a process that nobody scrapes does not hoard them.
const UPKEEP_INTERVAL: Duration = Duration::from_secs(5);

const DEFAULT_FILTER: &str = "info";

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LogFormat {
    #[default]
    Json,
    /// For a person at a terminal.
    Text,
}

impl FromStr for LogFormat {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "json" => Ok(Self::Json),
            "text" => Ok(Self::Text),
            _ => Err("json or text"),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TelemetryConfig {
    pub format: LogFormat,
    /// Directives as `tracing_subscriber::EnvFilter` takes them, for instance `info,http.access=warn`.
    pub filter: String,
}

impl Default for TelemetryConfig {
    fn default() -> Self {
        Self { format: LogFormat::default(), filter: DEFAULT_FILTER.to_owned() }
    }
}

impl TelemetryConfig {
    /// `ROOKERY_LOG_FORMAT` (`json` or `text`) and `ROOKERY_LOG` (directives, default `info`).
    pub fn from_environment(env: &mut Environment) -> Option<Self> {
        let format = env.or_default("ROOKERY_LOG_FORMAT", LogFormat::default());
        let filter = env.or_default("ROOKERY_LOG", DEFAULT_FILTER.to_owned())?;
        if EnvFilter::try_new(&filter).is_err() {
            env.reject("ROOKERY_LOG", "log directives, like info,http.access=warn");
            return None;
        }
        Some(Self { format: format?, filter })
    }
}

#[derive(Debug, thiserror::Error)]
pub enum TelemetryError {
    #[error("the log filter cannot be read")]
    Filter(#[source] tracing_subscriber::filter::ParseError),
}

/// Starts logging and the collection of metrics. Only the first call in a process has an effect.
///
/// # Errors
/// When the log filter cannot be read.
pub fn init(config: &TelemetryConfig) -> Result<(), TelemetryError> {
    let filter = EnvFilter::try_new(&config.filter).map_err(TelemetryError::Filter)?;
    // Nobody may read standard error any more; telling it that would be a panic.
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .log_internal_errors(false);
    // A subscriber that is already there was installed by a test or by the process that contains us: it stays.
    let _already_installed = match config.format {
        LogFormat::Json => builder
            .json()
            .flatten_event(true)
            .with_current_span(false)
            .with_span_list(false)
            .finish()
            .try_init(),
        LogFormat::Text => builder.with_ansi(std::io::stderr().is_terminal()).finish().try_init(),
    };
    install_metrics();
    Ok(())
}

/// Starts the collection of metrics alone. Every call after the first is free.
pub fn install_metrics() {
    recorder();
}

/// All metrics in Prometheus' text format.
#[must_use]
pub fn render() -> String {
    recorder().as_ref().map(PrometheusHandle::render).unwrap_or_default()
}

/// `None` when somebody else installed a recorder in this process; metrics then belong to them.
fn recorder() -> &'static Option<PrometheusHandle> {
    static RECORDER: OnceLock<Option<PrometheusHandle>> = OnceLock::new();
    RECORDER.get_or_init(|| {
        let handle = PrometheusBuilder::new()
            .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), SECONDS_BUCKETS)
            .and_then(PrometheusBuilder::install_recorder)
            .inspect_err(|error| tracing::error!(%error, "metrics cannot be collected"))
            .ok()?;
        keep_up(handle.clone());
        Some(handle)
    })
}

fn keep_up(handle: PrometheusHandle) {
    // A thread of its own, because metrics may be installed before any runtime and must outlive each of them.
    let upkeep = move || {
        loop {
            std::thread::park_timeout(UPKEEP_INTERVAL);
            handle.run_upkeep();
        }
    };
    if let Err(error) = std::thread::Builder::new().name("metrics-upkeep".to_owned()).spawn(upkeep) {
        tracing::error!(%error, "the metrics upkeep thread cannot be started");
    }
}
