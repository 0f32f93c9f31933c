//! Which store holds the log of a data directory. It is chosen by the first start, and for good: another one would
//! begin an empty log beside a data set that was folded from the first.

use std::fmt;

use anyhow::{Result, anyhow, bail};
use clap::ValueEnum;

use crate::data_dir::DataDir;
use crate::files;

/// What can hold the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::commands) enum EventStore {
    /// NATS JetStream
    Nats,
    /// A database of its own in the Postgres that holds the data set
    Postgres,
}

impl fmt::Display for EventStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Nats => "nats",
            Self::Postgres => "postgres",
        })
    }
}

impl EventStore {
    /// Remembers the choice of the first start, and refuses another one.
    pub(super) fn hold(self, data: &DataDir) -> Result<()> {
        match Self::of(data)? {
            Some(known) if known != self => bail!(
                "the data directory {} keeps its log in {known}, not in {self}. Start it with `--event-store {known}`, or \
                 choose another directory with --data-dir",
                data.path().display()
            ),
            _ => files::write_private(&data.event_store(), &self.to_string()),
        }
    }

    /// What a start chose; nothing where there was none.
    pub(in crate::commands) fn of(data: &DataDir) -> Result<Option<Self>> {
        let file = data.event_store();
        match files::read_if_there(&file)? {
            Some(known) => Self::from_str(&known, false)
                .map(Some)
                .map_err(|error| anyhow!("{}: {error}", file.display())),
            // Directories of older versions say nothing, and have their log in NATS.
            None => Ok(data.nats().exists().then_some(Self::Nats)),
        }
    }
}
