//! All lanes of one process: one per version of each projection that is published or ready to be.

use std::sync::Arc;
use std::time::Duration;

use data_set::write::FanOutLimit;
use event_store::{EventLog, OpenError};
use event_store_open::StoreConfig;
use service_kit::health::Health;
use tokio_util::sync::CancellationToken;

use crate::feeds::Feeds;
use crate::fold::Fold;
use crate::lanes::{Lanes, Shown};
use crate::social::Social;

/// Between tries to reach what is not there yet.
const RETRY_PERIOD: Duration = Duration::from_millis(500);

/// Folds until the token is cancelled. Waits for a log or a database that is not there yet; fails only for good
/// reasons: a malformed URL, or a log that must not be trusted.
pub async fn run(
    log_url: &str,
    database_url: &str,
    migrate_on_start: bool,
    fan_out_limit: FanOutLimit,
    health: &Health,
    token: CancellationToken,
) -> anyhow::Result<()> {
    let folds = projections(fan_out_limit).map(|fold| (fold, Shown::default()));
    for (fold, shown) in &folds {
        let shown = shown.clone();
        health.register(format!("lane {}", fold.name()), move || {
            let shown = shown.clone();
            async move { shown.check() }
        });
    }
    let failed = |why: String| folds.iter().for_each(|(_, shown)| shown.failed(why.clone()));
    if migrate_on_start && !migrate(database_url, failed, &token).await {
        return Ok(());
    }
    let Some(log) = open_log(log_url, failed, &token).await? else { return Ok(()) };
    Lanes::new(log, database_url, folds.into())?.run(token).await
}

/// Each of them has its own lanes, checkpoints and pools: none ever waits for another one.
pub fn projections(fan_out_limit: FanOutLimit) -> [Arc<dyn Fold>; 2] {
    [Arc::new(Social), Arc::new(Feeds { limit: fan_out_limit })]
}

/// False when the token was cancelled first.
async fn migrate(database_url: &str, failed: impl Fn(String), token: &CancellationToken) -> bool {
    loop {
        match token.run_until_cancelled(data_set::migrate::migrate(database_url)).await {
            None => return false,
            Some(Ok(())) => return true,
            Some(Err(error)) => {
                tracing::warn!(reason = format!("{error:#}"), "the schema cannot be migrated yet");
                failed(format!("migrating the schema: {error}"));
            }
        }
        token.run_until_cancelled(tokio::time::sleep(RETRY_PERIOD)).await;
    }
}

/// The log is made by the dispatcher; here it is only waited for. `None` when the token was cancelled first.
async fn open_log(
    log_url: &str,
    failed: impl Fn(String),
    token: &CancellationToken,
) -> anyhow::Result<Option<Arc<dyn EventLog>>> {
    let mut config = StoreConfig::new(log_url, "rookery-reducers");
    config.create = false;
    loop {
        match token.run_until_cancelled(config.open_log()).await {
            None => return Ok(None),
            Some(Ok(log)) => return Ok(Some(log)),
            Some(Err(error @ OpenError::Unavailable(_))) => {
                tracing::info!(reason = %error, "waiting for the log");
                failed(error.to_string());
            }
            Some(Err(error)) => return Err(error.into()),
        }
        token.run_until_cancelled(tokio::time::sleep(RETRY_PERIOD)).await;
    }
}
