//! Something is decided about an account: by the same command as a moderator's.

use std::io::Write;
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use dispatcher::commands::{Measure, Moderate};
use dispatcher::decision::{ExecuteError, Outcome};
use dispatcher::executor::{Allowance, Execution, Executor};
use domain::AccountId;
use domain::moderation::Moderator;
use time::OffsetDateTime;

use super::{WhoArguments, WhomArguments, account_of};
use crate::connections;

/// What started an operator's commands, in the envelopes of their events.
const CORRELATION: &str = "operator";

pub(super) async fn run(whom: &WhomArguments, what: Measure, who: &WhoArguments) -> Result<()> {
    let log = connections::open_log(&whom.data).await?;
    let executor = Executor::new(Arc::clone(&log));
    let account = account_of(&executor, &whom.account).await?;
    let by = Moderator { account: AccountId::OPERATOR, operator: Some(who.operator.clone()), is_admin: true };
    let execution = Execution {
        actor: AccountId::OPERATOR,
        allowance: Allowance::All,
        now: OffsetDateTime::now_utc(),
        idempotency: None,
        correlation: CORRELATION.to_owned(),
        trace_parent: None,
    };
    let before = log.head().await?;
    let command = Moderate { account, what, note: who.note.clone(), by };
    let executed = match executor.execute(execution, command).await {
        Err(ExecuteError::Rejected(rejection)) => bail!("{rejection}"),
        executed => executed.context("it did not come into the log, or it is not known; `show` tells")?,
    };
    let position = executed.outcome.position();
    if position.sequence() > before {
        writeln!(std::io::stdout(), "decided, at position {position}")?;
    } else {
        writeln!(std::io::stdout(), "it is so already")?;
    }
    Ok(())
}
