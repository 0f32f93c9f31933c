//! Remembers which log belongs to this data directory, and refuses any other.
//!
//! A log that was emptied, replaced or restored from an old backup would silently corrupt everything that was folded
//! from the one before. The data set knows its log's lineage, too, but it can be dropped and rebuilt at any time.

use std::time::Duration;

use anyhow::{Context, Result};
use event_store::{Lineage, OpenError};
use event_store_open::StoreConfig;
use tokio::time::Instant;

use crate::data_dir::DataDir;
use crate::files;

pub(super) const CLIENT_NAME: &str = "rookery-dispatcher";
/// nats-server accepts clients a moment before its streams answer.
const OPEN_LIMIT: Duration = Duration::from_secs(15);
const OPEN_RETRY_PERIOD: Duration = Duration::from_millis(200);

/// Which log this data directory has and no other. The first start makes it, through an address that may.
pub(super) async fn hold(data: &DataDir, owner_url: &str, store_bytes: u64) -> Result<Lineage> {
    let file = data.log_lineage();
    let known = files::read_if_there(&file)?.map(|text| Lineage(text.into()));
    let mut config = StoreConfig::new(owner_url, CLIENT_NAME);
    // Where one is remembered, a missing log is a loss to report, not a reason to begin a new one.
    config.create = known.is_none();
    config.fit_into(store_bytes);
    config.lineage = known.clone();
    let found = open(&config).await.with_context(|| match known {
        None => format!("open the log in {}", data.path().display()),
        Some(_) => format!(
            "the log in {} is not the one that {} remembers. Bring the old one back, or move the whole data directory \
             away to begin anew, or see `rookery adopt --help`",
            data.path().display(),
            file.display()
        ),
    })?;
    if known.is_none() {
        files::write_private(&file, &found.to_string())?;
    }
    Ok(found)
}

async fn open(config: &StoreConfig) -> Result<Lineage, OpenError> {
    let deadline = Instant::now() + OPEN_LIMIT;
    loop {
        match config.open_log().await {
            Ok(log) => return Ok(log.lineage()),
            Err(OpenError::Unavailable(_)) if Instant::now() < deadline => {
                tokio::time::sleep(OPEN_RETRY_PERIOD).await;
            }
            Err(error) => return Err(error),
        }
    }
}
