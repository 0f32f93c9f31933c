//! `rookery keys rotate`: a new key for the tokens of sessions.

use std::io::Write;

use anyhow::{Context, Result};
use event_store::vault::find_signing_keys;
use event_store::{JetStreamConfig, jet_stream};

use crate::cli::DataDirArgument;
use crate::connections;

/// Also names its inbox, which the broker's configuration grants (deploy/nats/nats.conf).
const CLIENT_NAME: &str = "keys";

pub(super) fn run(data: &DataDirArgument) -> Result<()> {
    let url = connections::log_url(data)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let kid = runtime.block_on(rotate(url.expose()))?;
    writeln!(std::io::stdout(), "{kid}").context("write to standard output")
}

async fn rotate(url: &str) -> Result<String> {
    let config = JetStreamConfig::new(url, CLIENT_NAME);
    let client =
        jet_stream::connect(&config.url, &config.client_name).await.context("is the system running?")?;
    let keys = find_signing_keys(client, config.shard).await;
    let keys = keys.context("no dispatcher has made a key yet; start one first")?;
    dispatcher::rotate_signing_keys(&keys).await.context("it is not known whether the key was added")
}
