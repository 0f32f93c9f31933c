//! Which store holds the log of a data directory. It is chosen by the first start, and for good: another one would begin
//! an empty log beside a data set that was folded from the first.

use std::fmt;

use anyhow::{Result, bail};

use crate::data_dir::DataDir;
use crate::files;

/// What can hold the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum EventStore {
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
        let file = data.event_store();
        let known = match files::read_if_there(&file)? {
            Some(known) => Some(known),
            // Directories of older versions say nothing, and have their log in NATS.
            None => data.nats().exists().then(|| Self::Nats.to_string()),
        };
        match known {
            Some(known) if known != self.to_string() => bail!(
                "the data directory {} keeps its log in {known}, not in {self}. Start it with `--event-store {known}`, or \
                 choose another directory with --data-dir",
                data.path().display()
            ),
            _ => files::write_private(&file, &self.to_string()),
        }
    }
}
