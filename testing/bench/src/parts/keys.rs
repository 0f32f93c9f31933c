//! Part `keys`: the start of a dispatcher whose log holds many commands with a key.

use std::time::Instant;

use anyhow::Result;
use event_store_nats::{JetStreamConfig, JetStreamLog};

use super::{Parts, callers};
use crate::archive::fill_with_keyed;
use crate::memory_book::Situation;
use crate::report::say;
use crate::servers::Servers;
use crate::services::Service;

impl Parts {
    pub(crate) async fn keys(&mut self) -> Result<()> {
        let servers = Servers::start(false).await?;
        let callers = callers(&servers)?;
        // Makes its streams, so that what is measured is the reading alone.
        drop(Service::dispatcher(&self.programs, &servers, &callers).await?);
        let began = Instant::now();
        let empty = Service::dispatcher(&self.programs, &servers, &callers).await?;
        let without = began.elapsed();
        self.memory.watch(Situation::Idle, "dispatcher", empty.pid());
        drop(empty);
        let log = JetStreamLog::open(&JetStreamConfig::new(servers.nats_url(), "bench")).await?;
        fill_with_keyed(&log, self.scale.events).await?;
        let began = Instant::now();
        let full = Service::dispatcher(&self.programs, &servers, &callers).await?;
        say(&format!(
            "\n### (m) A dispatcher's start\n\nReady after {without:.2?} on an empty log, after {:.2?} on one of {} events, all with a key.",
            began.elapsed(),
            self.scale.events
        ));
        self.memory.watch(Situation::Load, "dispatcher (all keys)", full.pid());
        Ok(())
    }
}
