//! Roles, as `rookery accounts` gives and takes them: past the dispatchers, straight to the log.

use std::sync::Arc;

use anyhow::{Context, Result};
use dispatcher::commands::{Measure, Moderate};
use dispatcher::decision::{ExecuteError, Outcome as _};
use dispatcher::executor::{Allowance, Execution, Executor};
use domain::edge::DesiredState;
use domain::moderation::Moderator;
use domain::{AccountId, Note, Role};
use event_store_nats::{JetStreamConfig, JetStreamLog};
use time::OffsetDateTime;

use crate::record::{Ack, Intent, Outcome, ROLE, Record, request_id};

/// Where the record says that a request went.
const TOOL: &str = "the operator's tool";

#[derive(Debug)]
pub struct Operator {
    executor: Executor,
}

impl Operator {
    pub async fn open(broker: &str) -> Result<Self> {
        let mut config = JetStreamConfig::new(broker, "faults-operator");
        config.create = false;
        let log = JetStreamLog::open(&config).await.context("open the log for the operator")?;
        Ok(Self { executor: Executor::new(Arc::new(log)) })
    }

    /// Gives somebody a role, or takes it.
    pub async fn change_role(&self, record: &Record, account: i64, is_set: bool) -> Outcome {
        let intent = Intent::Role { account, is_set };
        let operation = record.begin(AccountId::OPERATOR.get(), None, |_| intent);
        let attempt = record.sent(operation, TOOL);
        let outcome = self.decide(account, is_set, request_id(operation, attempt)).await;
        record.answered(operation, attempt, outcome.clone());
        outcome
    }

    async fn decide(&self, account: i64, is_set: bool, correlation: String) -> Outcome {
        let (Some(account), Some(role)) = (AccountId::from_i64(account), Role::from_word(ROLE)) else {
            return Outcome::Rejected { status: 0, code: "not-sent".to_owned() };
        };
        let desired = if is_set { DesiredState::Set } else { DesiredState::Unset };
        let operator = Note::try_from("ann".to_owned()).ok();
        let command = Moderate {
            account,
            what: Measure::Role(role, desired),
            note: None,
            by: Moderator { account: AccountId::OPERATOR, operator, is_admin: true },
        };
        let execution = Execution {
            actor: AccountId::OPERATOR,
            allowance: Allowance::All,
            now: OffsetDateTime::now_utc(),
            idempotency: None,
            correlation,
            trace_parent: None,
        };
        match self.executor.execute(execution, command).await {
            Ok(executed) => {
                let position = executed.outcome.position().get();
                Outcome::Acked(Ack { position, id: None, edition: None })
            }
            Err(ExecuteError::Rejected(why)) => Outcome::Rejected { status: 0, code: why.to_string() },
            Err(error) => Outcome::Unknown(format!("{error:?}")),
        }
    }
}
