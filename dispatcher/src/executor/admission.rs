//! Whether the log has room for a command: its account's quota of the day, and the log's reserve.
//!
//! It is asked before anything is read, hashed or written for the command, and again with what it is about to append.

use event_store::{Held, NewEvent, Quota, Used};
use fail_points::planted;

use super::{Allowance, Execution, Executor};
use crate::decision::{Command, ExecuteError};

impl Executor {
    pub(super) fn require_room<C: Command>(
        &self,
        execution: &Execution,
        command: &C,
    ) -> Result<(), ExecuteError<C::Rejection>> {
        let Some(usage) = self.log.usage().filter(|_| !command.takes_back()) else { return Ok(()) };
        let is_down =
            || usage.room().is_some_and(|room| room.is_down_to_reserve()) && !planted("reserve-open");
        if execution.allowance != Allowance::All && is_down() {
            return Err(ExecuteError::DownToReserve);
        }
        usage.ask(execution.actor, self.quota_of(execution, command)).map_err(ExecuteError::QuotaExceeded)
    }

    /// Counts what is about to be appended, so that commands under way at the same moment share one quota.
    pub(super) fn hold<C: Command>(
        &self,
        execution: &Execution,
        command: &C,
        events: &[NewEvent],
    ) -> Result<Option<Held>, ExecuteError<C::Rejection>> {
        let Some(usage) = self.log.usage() else { return Ok(None) };
        let wanted =
            Used { events: events.len() as u64, bytes: events.iter().map(NewEvent::bytes).sum::<u64>() };
        let held = usage.hold(execution.actor, wanted, self.quota_of(execution, command));
        held.map(Some).map_err(ExecuteError::QuotaExceeded)
    }

    fn quota_of<C: Command>(&self, execution: &Execution, command: &C) -> &Quota {
        if execution.allowance == Allowance::Quota && !command.takes_back() {
            &self.quota
        } else {
            &Quota::UNLIMITED
        }
    }
}
