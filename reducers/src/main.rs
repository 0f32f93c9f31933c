//! The service `reducers`.

use anyhow::Context;
use clap::Parser;
use reducers::config::Config;
use service_kit::config::Environment;
use service_kit::health::Health;
use service_kit::shutdown::Shutdown;
use service_kit::{ops, telemetry};
use tokio::net::TcpListener;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Folds Rookery's event log into its data set in Postgres.
///
/// Configured by the environment: ROOKERY_NATS_URL (or, for a log on Postgres, ROOKERY_EVENT_STORE_URL) and
/// ROOKERY_DATABASE_URL are required (or the same names with _FILE);
/// ROOKERY_REDUCERS_LISTEN (127.0.0.1:8083), ROOKERY_MIGRATE_ON_START (true), ROOKERY_FANOUT_LIMIT (10000 followers),
/// ROOKERY_SEARCH_LANGUAGE (as it is; at first simple), ROOKERY_LOG (info) and ROOKERY_LOG_FORMAT (json or text) have defaults.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// Check the configuration, say what is wrong with it, and end.
    #[arg(long)]
    check_config: bool,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let config = Config::from_environment(Environment::from_process())?;
    if arguments.check_config {
        return Ok(());
    }
    telemetry::init(&config.telemetry)?;
    telemetry::install_metrics();
    let shutdown = Shutdown::on_signals()?;
    let health = Health::new();
    let listener = TcpListener::bind(config.listen)
        .await
        .with_context(|| format!("ROOKERY_REDUCERS_LISTEN: cannot listen on {}", config.listen))?;
    let ops = tokio::spawn(ops::serve(listener, health.clone(), shutdown.token()));
    tracing::info!(listen = %config.listen, "reducers started");
    let ran = reducers::run(
        config.log_url.expose(),
        config.database_url.expose(),
        &config.schema,
        config.fan_out_limit,
        &health,
        shutdown.token(),
    )
    .await;
    shutdown.trigger();
    ops.await??;
    ran
}
