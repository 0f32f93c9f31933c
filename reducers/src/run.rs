//! The service: waits for the log and the data set, and runs all workers of one process.

use std::sync::Arc;
use std::time::Duration;

use data_set::SearchLanguage;
use data_set::write::FanOutLimit;
use event_store::{EventLog, OpenError};
use event_store_open::StoreConfig;
use service_kit::health::Health;
use tokio_util::sync::CancellationToken;

use crate::config::SchemaOnStart;
use crate::projections::projections;
use crate::watchdog::Watchdog;
use crate::worker::{PublishedStatus, Supervisor};

/// Between tries to reach what is not there yet.
const RETRY_PERIOD: Duration = Duration::from_millis(500);

/// Folds until the token is cancelled. Waits for a log or a database that is not there yet; fails only for good
/// reasons: a malformed URL, or a log that must not be trusted.
pub async fn run(
    log_url: &str,
    database_url: &str,
    schema: &SchemaOnStart,
    fan_out_limit: FanOutLimit,
    health: &Health,
    token: CancellationToken,
) -> anyhow::Result<()> {
    let folds = projections(fan_out_limit).map(|fold| (fold, PublishedStatus::default()));
    for (fold, status) in &folds {
        let status = status.clone();
        health.register(format!("lane {}", fold.name()), move || {
            let status = status.clone();
            async move { status.check() }
        });
    }
    let statuses: Vec<_> = folds.iter().map(|(_, status)| status.clone()).collect();
    let failed = |why: String| statuses.iter().for_each(|status| status.failed(why.clone()));
    if let SchemaOnStart::Migrate { search_language } = schema
        && !migrate(database_url, search_language.as_ref(), &failed, &token).await
    {
        return Ok(());
    }
    let watchdog = Watchdog::new(database_url)?.run(token.clone());
    let folding = async {
        let Some(log) = open_log(log_url, failed, &token).await? else { return Ok(()) };
        Supervisor::new(log, database_url, folds.into())?.run(token.clone()).await
    };
    // Analysts are watched without a log, too. A failure is reported at once.
    let watching = async {
        watchdog.await;
        Ok(())
    };
    tokio::try_join!(folding, watching).map(drop)
}

/// False when the token was cancelled first.
async fn migrate(
    database_url: &str,
    search_language: Option<&SearchLanguage>,
    failed: impl Fn(String),
    token: &CancellationToken,
) -> bool {
    loop {
        match token.run_until_cancelled(prepare(database_url, search_language)).await {
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

async fn prepare(database_url: &str, search_language: Option<&SearchLanguage>) -> anyhow::Result<()> {
    data_set::migrate::migrate(database_url).await?;
    if let Some(language) = search_language {
        data_set::search_language::set(database_url, language).await?;
    }
    Ok(())
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
