//! How much room the log's server may take, and what is done when its disk was full.

use std::time::Duration;

use anyhow::Result;
use local_servers::{disk_free, disk_size};
use tokio::time::Instant;

use super::servers::Servers;
use crate::data_dir::DataDir;

/// What the streams reserve at the first start, with some room: a smaller disk may fill up before they do.
const BYTES_MIN: u64 = 10 << 30;
const LOOK_PERIOD: Duration = Duration::from_millis(500);
/// With less room the next write would meet the end of the disk again.
const ROOM_MIN: u64 = 4 << 20;
/// Between two restarts, where room comes and goes.
const RESTART_PAUSE: Duration = Duration::from_secs(10);

/// What was asked for, or else the size of the disk, so that a bound can be raised as far as that.
pub(in crate::commands) fn bytes_max(data: &DataDir, asked: Option<u64>) -> Result<u64> {
    Ok(match asked {
        Some(bytes) => bytes,
        None => disk_size(data.path())?.max(BYTES_MIN),
    })
}

/// Starts nats-server again after a write error, once there is room: until then it would write no more.
pub(super) async fn keep_written(
    data: &DataDir,
    servers: &Servers,
    dispatcher: &dispatcher::State,
) -> Result<()> {
    let mut next = Instant::now();
    loop {
        tokio::time::sleep(LOOK_PERIOD).await;
        let Some(why) = dispatcher.write_error().filter(|_| Instant::now() >= next) else { continue };
        // The store may be on a disk of its own.
        match disk_free(&data.nats_store()) {
            Ok(free) if free >= ROOM_MIN => {
                tracing::warn!(reason = why, disk.free = free, "starting nats-server again");
                servers.restart_nats();
                next = Instant::now() + RESTART_PAUSE;
            }
            Ok(_) => {}
            Err(error) => tracing::warn!("{error:#}"),
        }
    }
}
