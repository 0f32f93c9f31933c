//! Part `memory`: resident memory of each process, idle and under load. Every other part adds the peaks that it saw.

use std::sync::Arc;

use anyhow::Result;

use super::{Parts, callers, post, read};
use crate::memory_book::Situation;
use crate::servers::Servers;
use crate::services::Service;

const CONNECTIONS: usize = 64;

impl Parts {
    pub(crate) async fn memory(&mut self) -> Result<()> {
        let servers = Servers::start(false).await?;
        let callers = callers(&servers)?;
        let dispatcher = Service::dispatcher(&self.programs, &servers, &callers).await?;
        let reducers = Service::reducers(&self.programs, &servers, &servers.database_url()).await?;
        let query_api = Service::query_api(&self.programs, &servers.database_url(), &callers).await?;
        let services =
            [("dispatcher", dispatcher.pid()), ("reducers", reducers.pid()), ("query-api", query_api.pid())];
        tokio::time::sleep(self.scale.idle).await;
        services.iter().for_each(|(name, pid)| self.memory.watch(Situation::Idle, name, *pid));
        self.memory.watch_servers(Situation::Idle, &servers);
        let tokens: Arc<[String]> = callers.tokens.into();
        let posts = post::load(&dispatcher, &tokens, CONNECTIONS, self.scale.timing);
        let reads = read::lists(&query_api, &tokens, CONNECTIONS, self.scale.timing);
        tokio::try_join!(posts, reads)?;
        services.iter().for_each(|(name, pid)| self.memory.watch(Situation::Load, name, *pid));
        self.memory.watch_servers(Situation::Load, &servers);
        Ok(())
    }
}
