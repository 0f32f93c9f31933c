//! Whom and what the names in a line mean.

use std::sync::PoisonError;

use api_types::codes;
use domain::account::AccountRejection;
use domain::{AccountId, Beginning, Handle, MessageId};
use http_kit::ApiProblem;

use super::{Import, key_of_line};
use crate::http::imports::parse::{AccountName, MessageName};
use crate::http::imports::references::{Made, Promise};
use crate::refusal::Refusal;

impl Import {
    pub(super) async fn account_of(&self, field: &str, name: &AccountName) -> Result<AccountId, Refusal> {
        match name {
            AccountName::Id(id) => Ok(*id),
            AccountName::Line(line) => match line.made().await {
                Some(Made::Account(id)) => Ok(id),
                Some(Made::Message(_) | Made::Edge) | None => Err(refused_before(field, line, "an account")),
            },
            AccountName::Handle(handle) => self.holder_of(field, handle).await,
        }
    }

    pub(super) async fn message_of(&self, field: &str, name: &MessageName) -> Result<MessageId, Refusal> {
        match name {
            MessageName::Id(id) => Ok(*id),
            MessageName::Line(line) => match line.made().await {
                Some(Made::Message(id)) => Ok(id),
                Some(Made::Account(_) | Made::Edge) | None => Err(refused_before(field, line, "a message")),
            },
            MessageName::Key(key) => {
                let known = self.ready.executor().message_of_key(self.operator, &key_of_line(key)).await;
                known?.ok_or_else(|| {
                    let why = "no line before this one that could be read brought a message with the key";
                    ApiProblem::new(codes::UNKNOWN_REFERENCE).field(field, why).into()
                })
            }
        }
    }

    async fn holder_of(&self, field: &str, handle: &Handle) -> Result<AccountId, Refusal> {
        // A map is whole after every one of its operations.
        let holders = || self.holders.lock().unwrap_or_else(PoisonError::into_inner);
        let known = holders().get(handle).copied();
        if let Some(id) = known {
            return Ok(id);
        }
        let found = self.ready.executor().holder_of(handle).await?;
        let Some(id) = found else {
            let problem = ApiProblem::from(Refusal::from(AccountRejection::AccountMustExist));
            return Err(problem.field(field, "nobody has this handle").into());
        };
        holders().insert(handle.clone(), id);
        Ok(id)
    }

    pub(super) async fn beginning_of_account(
        &self,
        account: AccountId,
    ) -> Result<Option<Beginning>, Refusal> {
        self.ready.executor().beginning_of_account(account).await.map_err(Refusal::from)
    }

    pub(super) async fn beginning_of_message(
        &self,
        message: MessageId,
    ) -> Result<Option<Beginning>, Refusal> {
        self.ready.executor().beginning_of_message(message).await.map_err(Refusal::from)
    }
}

fn refused_before(field: &str, line: &Promise, what: &str) -> Refusal {
    let why = format!("line {} was refused, or is not {what}", line.line);
    ApiProblem::new(codes::UNKNOWN_REFERENCE).field(field, why).into()
}
