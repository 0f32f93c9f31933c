//! What counts gain and lose in one transaction.

use fail_points::crash_point;
use postgres_kit::Connection;

use super::counts::Counts;
use super::error::WriteError;
use super::stats::Stats;

#[derive(Debug, Default)]
pub(super) struct CounterDeltas {
    pub(super) counts: Counts,
    pub(super) stats: Stats,
}

impl CounterDeltas {
    /// Right at any moment of the transaction: every delta belongs to a row that has been written.
    pub(super) async fn write(&mut self, connection: &mut Connection) -> Result<(), WriteError> {
        std::mem::take(&mut self.counts).write(connection).await?;
        crash_point("after-counts");
        std::mem::take(&mut self.stats).write(connection).await
    }
}
