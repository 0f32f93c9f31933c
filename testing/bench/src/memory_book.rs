//! The most memory that was seen of each process, idle and under load.

use std::collections::BTreeMap;

use crate::processes::{proportional_of_tree, resident, resident_peak};
use crate::report::{Table, met};
use crate::servers::Servers;

const MEGABYTE: u64 = 1_000_000;
const AIM_IDLE: u64 = 60 * MEGABYTE;
const AIM_LOAD: u64 = 200 * MEGABYTE;
/// What the aims are about; the servers and the peer are shown for comparison.
const SERVICES: [&str; 3] = ["dispatcher", "reducers", "query-api"];

#[derive(Debug, Clone, Copy)]
pub(crate) enum Situation {
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
    pub(crate) fn watch(&mut self, situation: Situation, name: &'static str, pid: u32) {
        match situation {
            Situation::Idle => self.note(situation, name, resident(pid)),
            Situation::Load => self.note(situation, name, resident_peak(pid)),
        }
    }

    pub(crate) fn note(&mut self, situation: Situation, name: &'static str, bytes: u64) {
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

    pub(crate) fn watch_servers(&mut self, situation: Situation, servers: &Servers) {
        self.watch(situation, "nats-server", servers.nats_pid());
        let postgres = proportional_of_tree(servers.postgres_pid());
        self.note(situation, "Postgres, all processes", postgres);
    }
}
