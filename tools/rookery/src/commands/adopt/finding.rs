//! Whether the rows of a projection came from the beginning of a log.

use anyhow::{Context, Result};
use data_set::adopt::Folded;
use domain::Position;
use event_store::EventLog;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Finding {
    /// It is the log that they came from.
    Same,
    /// It is another one that holds the same events as far as they reach.
    Holds,
    /// They came from events that are not in it.
    Differs,
}

impl Finding {
    pub(super) async fn of(log: &dyn EventLog, folded: &Folded) -> Result<Self> {
        let is_same = log.lineage().to_string() == folded.lineage;
        let sequence = Position::from_i64(folded.position).context("a checkpoint is no position")?.sequence();
        let reaches = log.head().await? >= sequence;
        let holds = match folded.event {
            _ if folded.position == 0 => true,
            _ if !reaches => false,
            // Somebody else wrote the last event, without an id: only the lineage can tell.
            None => is_same,
            // The ids of all events differ, so one that is the same stands behind the same ones.
            Some(event) => {
                let envelope = log.read(sequence).await?.and_then(|recorded| recorded.envelope);
                envelope.is_some_and(|envelope| envelope.event.0 == event)
            }
        };
        Ok(match (holds, is_same) {
            (true, true) => Self::Same,
            (true, false) => Self::Holds,
            (false, _) => Self::Differs,
        })
    }

    /// `is_done`: whether something is done about it.
    pub(super) fn describe(self, folded: &Folded, is_done: bool) -> String {
        let Folded { projection, version, position, lineage, .. } = folded;
        let name = format!("{projection} version {version}, at position {position} of log {lineage}");
        let words = match (self, is_done) {
            (Self::Same, _) => "that is this log",
            (Self::Holds, false) => "its last event is in this log, too; its rows can be kept",
            (Self::Holds, true) => "its last event is in this log, too; its rows are kept",
            (Self::Differs, false) => "its last event is not in this log; it would have to be folded anew",
            (Self::Differs, true) => "its last event is not in this log; it is folded anew",
        };
        format!("{name}: {words}.")
    }
}
