//! All lanes of one process.

use std::sync::Arc;
use std::time::Duration;

use data_set::write;
use event_store::{EventLog, JetStreamConfig, JetStreamLog, OpenError};
use service_kit::health::Health;
use tokio_util::sync::CancellationToken;

use crate::lane::{Lane, run_lane};
use crate::social;
use crate::status::Status;

/// Between tries to reach what is not there yet.
const RETRY_PERIOD: Duration = Duration::from_millis(500);

/// Folds until the token is cancelled. Waits for a broker or a database that is not there yet; fails only for good
/// reasons: a malformed URL, or a log that must not be trusted.
pub async fn run(
    nats_url: &str,
    database_url: &str,
    migrate_on_start: bool,
    health: &Health,
    token: CancellationToken,
) -> anyhow::Result<()> {
    let status = Status::default();
    let checked = status.clone();
    health.register("lane social", move || {
        let checked = checked.clone();
        async move { checked.check() }
    });
    let pool = write::connect(database_url, "rookery-reducers")?;
    if migrate_on_start && !migrate(database_url, &status, &token).await {
        return Ok(());
    }
    let Some(log) = open_log(nats_url, &status, &token).await? else { return Ok(()) };
    let lane = Lane { log, pool, projection: social::NAME, version: social::VERSION, status };
    run_lane(lane, token).await;
    Ok(())
}

/// False when the token was cancelled first.
async fn migrate(database_url: &str, status: &Status, token: &CancellationToken) -> bool {
    loop {
        match token.run_until_cancelled(data_set::migrate::migrate(database_url)).await {
            None => return false,
            Some(Ok(())) => return true,
            Some(Err(error)) => {
                tracing::warn!(reason = format!("{error:#}"), "the schema cannot be migrated yet");
                status.failed(format!("migrating the schema: {error}"));
            }
        }
        token.run_until_cancelled(tokio::time::sleep(RETRY_PERIOD)).await;
    }
}

/// The stream is made by the dispatcher; here it is only waited for. `None` when the token was cancelled first.
async fn open_log(
    nats_url: &str,
    status: &Status,
    token: &CancellationToken,
) -> anyhow::Result<Option<Arc<dyn EventLog>>> {
    let mut config = JetStreamConfig::new(nats_url, "rookery-reducers");
    config.create = false;
    loop {
        match token.run_until_cancelled(JetStreamLog::open(&config)).await {
            None => return Ok(None),
            Some(Ok(log)) => return Ok(Some(Arc::new(log))),
            Some(Err(error @ OpenError::Unavailable(_))) => {
                tracing::info!(reason = %error, "waiting for the log");
                status.failed(error.to_string());
            }
            Some(Err(error)) => return Err(error.into()),
        }
        token.run_until_cancelled(tokio::time::sleep(RETRY_PERIOD)).await;
    }
}
