//! `rookery keys rotate`: a new key for the tokens of sessions.

use std::io::Write;

use anyhow::{Context, Result};
use domain::Shard;
use event_store::buckets::SIGNING_KEYS;

use crate::connections;
use crate::data_dir::DataDirArgument;

/// In the broker's list of connections.
const CLIENT_NAME: &str = "keys";

pub(super) fn run(data: &DataDirArgument) -> Result<()> {
    let url = connections::keys_url(data)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let kid = runtime.block_on(rotate(url.expose()))?;
    writeln!(std::io::stdout(), "{kid}").context("write to standard output")
}

async fn rotate(url: &str) -> Result<String> {
    let bucket = event_store_open::find_bucket(url, CLIENT_NAME, Shard(0), SIGNING_KEYS).await;
    let bucket = bucket
        .context("there is none to replace: no dispatcher has made a key yet, or the log is out of reach")?;
    dispatcher::rotate_signing_keys(bucket).await.context("it is not known whether the key was added")
}
