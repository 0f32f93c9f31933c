//! Lets the users of consumers in, and others out, while the broker runs.

use std::time::Duration;

use anyhow::Result;

use super::servers::Servers;
use crate::data_dir::DataDir;
use crate::files;

const LOOK_PERIOD: Duration = Duration::from_millis(500);

/// Has nats-server read its configuration again whenever `rookery consumers` wrote the file, and once at the start: it may
/// have been written meanwhile.
pub(super) async fn keep_let_in(data: &DataDir, servers: &Servers) -> Result<()> {
    let mut known = None;
    let mut once_more = false;
    loop {
        if std::mem::take(&mut once_more) {
            servers.reload_nats();
        }
        match files::read_if_there(&data.consumers()) {
            Ok(now) if known.as_ref() != Some(&now) => {
                servers.reload_nats();
                known = Some(now);
                // What an account imports that is new to nats-server 2.15 answers only from the next time on.
                once_more = true;
            }
            Ok(_) => {}
            Err(error) => tracing::warn!("{error:#}"),
        }
        tokio::time::sleep(LOOK_PERIOD).await;
    }
}
