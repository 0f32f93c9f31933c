//! Row changes of the projection `social`, run by run: a run holds what may be applied set-wise, and runs are applied one
//! behind the other. What a batch adds to and takes from counts is summed up over all of its runs and written once.

pub(super) mod accounts;
pub(super) mod deactivate;
pub(super) mod edges;
pub(super) mod reads;
pub(super) mod stats;

use postgres_kit::Connection;

use super::counts::Counts;
use super::messages::{self, MessageChanges};
use super::{WriteError, crash_point};
use accounts::{ProfileRow, RegisteredRow};
use deactivate::DeactivatedRow;
use edges::{EdgeChanges, EdgeKind};
use reads::ReadRow;
use stats::Stats;

/// What a run of events comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Run {
    Changes(Box<Changes>),
    /// It touches rows of every table, so it is a run of its own.
    Deactivated(DeactivatedRow),
}

/// Changes of many events. They are applied in the order of the fields; whoever makes them sees to it that the events,
/// one by one, come to the same rows. Every list is in the order of its table's key.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changes {
    pub registered: Vec<RegisteredRow>,
    pub profiles: Vec<ProfileRow>,
    pub messages: MessageChanges,
    pub follows: EdgeChanges,
    pub likes: EdgeChanges,
    pub reposts: EdgeChanges,
    pub reads: Vec<ReadRow>,
}

/// What counts gain and lose.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub(super) counts: Counts,
    pub(super) stats: Stats,
}

impl Tally {
    /// Right at any moment of the transaction: every delta belongs to a row that has been written.
    async fn write(&mut self, connection: &mut Connection) -> Result<(), WriteError> {
        std::mem::take(&mut self.counts).write(connection).await?;
        crash_point("after-counts");
        std::mem::take(&mut self.stats).write(connection).await
    }
}

pub(super) async fn write(connection: &mut Connection, runs: &[Run]) -> Result<(), WriteError> {
    let mut tally = Tally::default();
    for run in runs {
        match run {
            Run::Changes(changes) => apply(connection, changes, &mut tally).await?,
            Run::Deactivated(row) => {
                deactivate::deactivate(connection, row, &mut tally).await?;
                crash_point("after-deactivation");
            }
        }
    }
    tally.write(connection).await
}

async fn apply(connection: &mut Connection, changes: &Changes, tally: &mut Tally) -> Result<(), WriteError> {
    accounts::register(connection, &changes.registered).await?;
    accounts::change(connection, &changes.profiles).await?;
    crash_point("after-accounts");
    messages::write(connection, &changes.messages, tally).await?;
    for (kind, edges) in [
        (EdgeKind::Follow, &changes.follows),
        (EdgeKind::Like, &changes.likes),
        (EdgeKind::Repost, &changes.reposts),
    ] {
        edges::remove(connection, kind, &edges.removed, &mut tally.stats).await?;
        edges::make(connection, kind, &edges.made, &mut tally.stats).await?;
    }
    reads::write(connection, &changes.reads).await
}
