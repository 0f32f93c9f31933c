//! Part `memory`: resident memory of each process, idle and under load. Every other part adds the peaks that it saw.

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::Result;

use super::{Parts, callers, post, read};
use crate::processes::{proportional_of_tree, resident, resident_peak};
use crate::report::{Table, met};
use crate::servers::Servers;
use crate::services::Service;

const MEGABYTE: u64 = 1_000_000;
const AIM_IDLE: u64 = 60 * MEGABYTE;
const AIM_LOAD: u64 = 200 * MEGABYTE;
/// What the aims are about; the servers and the peer are shown for comparison.
const SERVICES: [&str; 3] = ["dispatcher", "reducers", "query-api"];
const CONNECTIONS: usize = 64;

#[derive(Debug, Clone, Copy)]
pub(super) enum Situation {
    Idle,
    Load,
}

/// The most that was seen of each process.
#[derive(Debug, Default)]
pub(crate) struct MemoryBook {
    idle: BTreeMap<&'static str, u64>,
    load: BTreeMap<&'static str, u64>,
}

impl MemoryBook {
    pub(super) fn watch(&mut self, situation: Situation, name: &'static str, pid: u32) {
        match situation {
            Situation::Idle => self.note(situation, name, resident(pid)),
            Situation::Load => self.note(situation, name, resident_peak(pid)),
        }
    }

    pub(super) fn note(&mut self, situation: Situation, name: &'static str, bytes: u64) {
        let seen = match situation {
            Situation::Idle => self.idle.entry(name),
            Situation::Load => self.load.entry(name),
        };
        let most = seen.or_default();
        *most = bytes.max(*most);
    }

    pub(crate) fn print(&self) {
        if self.load.is_empty() {
            return;
        }
        let columns = ["process", "idle", "aim", "most under load", "aim"];
        let mut table = Table::new("(f) Resident memory", &columns);
        for (name, load) in &self.load {
            let idle = self.idle.get(name);
            let is_ours = SERVICES.contains(name);
            let verdict = |bytes: Option<&u64>, aim: u64| match bytes {
                Some(bytes) if is_ours => format!("{} MB, {}", aim / MEGABYTE, met(*bytes <= aim)),
                _ => "no aim".to_owned(),
            };
            let show = |bytes: Option<&u64>| {
                bytes.map_or_else(|| "-".to_owned(), |bytes| format!("{} MB", bytes.div_ceil(MEGABYTE)))
            };
            table.row([
                (*name).to_owned(),
                show(idle),
                verdict(idle, AIM_IDLE),
                show(Some(load)),
                verdict(Some(load), AIM_LOAD),
            ]);
        }
        table.print();
    }
}

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
        self.watch_servers(Situation::Idle, &servers);
        let tokens: Arc<[String]> = callers.tokens.into();
        let posts = post::load(&dispatcher, &tokens, CONNECTIONS, self.scale.timing);
        let reads = read::lists(&query_api, &tokens, CONNECTIONS, self.scale.timing);
        tokio::try_join!(posts, reads)?;
        services.iter().for_each(|(name, pid)| self.memory.watch(Situation::Load, name, *pid));
        self.watch_servers(Situation::Load, &servers);
        Ok(())
    }

    pub(super) fn watch_servers(&mut self, situation: Situation, servers: &Servers) {
        self.memory.watch(situation, "nats-server", servers.nats_pid());
        let postgres = proportional_of_tree(servers.postgres_pid());
        self.memory.note(situation, "Postgres, all processes", postgres);
    }
}
