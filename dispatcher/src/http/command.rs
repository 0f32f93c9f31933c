//! Carrying a command out on behalf of a request.

use api_types::codes;
use axum::extract::FromRequestParts;
use axum::response::{IntoResponse, Response};
use domain::AccountId;
use domain::message::Actor;
use event_store::{AppendError, Fingerprint, TraceParent};
use http::StatusCode;
use http::request::Parts;
use http_kit::idempotency::{IdempotencyKey, RequestKey};
use http_kit::position::EventPosition;
use http_kit::{ApiProblem, Caller, RequestContext, path};
use sha2::{Digest, Sha256};
use time::OffsetDateTime;
use tokens::Role;

use crate::decision::{Command, ExecuteError, Outcome};
use crate::executor::{Allowance, Executed, Execution, IdempotencyKey as CommandKey};
use crate::refusal::Refusal;
use crate::state::Ready;

/// Who may write under their own name.
pub(crate) fn writer(caller: &Caller) -> Result<Actor, Refusal> {
    caller.require_any(&[Role::User, Role::Admin])?;
    actor(caller)
}

pub(crate) fn actor(caller: &Caller) -> Result<Actor, Refusal> {
    let account = AccountId::from_i64(caller.account)
        // Its events would look like those of an operator's tool.
        .filter(|account| *account != AccountId::OPERATOR)
        .ok_or_else(|| ApiProblem::new(codes::TOKEN_INVALID).detail("The subject is no account id."))?;
    Ok(Actor { account, is_admin: caller.roles.contains(Role::Admin) })
}

/// What every command takes besides what it is about.
pub(crate) struct CommandRequest {
    key: Option<RequestKey>,
    /// Method and address name the whole command, so they are what a key stands for. Empty without one.
    operation: String,
    context: RequestContext,
}

impl CommandRequest {
    /// `body` is what has to be the same when the key is used again.
    pub(crate) fn execution(&self, actor: Actor, body: &[u8]) -> Execution {
        let allowance = if actor.is_admin { Allowance::All } else { Allowance::Quota };
        let key = idempotency(self.key.clone(), &self.operation, body);
        execution(actor.account, allowance, &self.context, key)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for CommandRequest {
    type Rejection = ApiProblem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiProblem> {
        let IdempotencyKey(key) = IdempotencyKey::from_request_parts(parts, state).await?;
        let Ok(context) = RequestContext::from_request_parts(parts, state).await;
        let operation = match &key {
            Some(_) => {
                let address = path::address(parts).await?;
                format!("{} {address}", parts.method)
            }
            None => String::new(),
        };
        Ok(Self { key, operation, context })
    }
}

/// A key together with what it was used for: operation (method and path), query, meaningful headers and body.
pub(crate) fn idempotency(key: Option<RequestKey>, operation: &str, body: &[u8]) -> Option<CommandKey> {
    let RequestKey { key, head } = key?;
    let mut digest = Sha256::new();
    digest.update(operation.as_bytes());
    digest.update([0]);
    digest.update(head);
    digest.update(body);
    Some(CommandKey { key, fingerprint: Fingerprint::of_digest(digest.finalize().into()) })
}

pub(crate) fn execution(
    actor: AccountId,
    allowance: Allowance,
    context: &RequestContext,
    idempotency: Option<CommandKey>,
) -> Execution {
    Execution {
        actor,
        allowance,
        now: OffsetDateTime::now_utc(),
        idempotency,
        correlation: context.request_id().to_owned(),
        trace_parent: Some(TraceParent(context.traceparent().to_owned())),
    }
}

/// Runs a command in a task of its own, so that a caller who hangs up does not leave it half done.
pub(crate) async fn run<C: Command>(
    ready: Ready,
    execution: Execution,
    command: C,
) -> Result<Executed<C::Outcome>, Refusal> {
    Ok(execute(ready, execution, command).await?)
}

/// Runs a command that only answers that it is done, and where.
pub(crate) async fn done<C: Command>(
    ready: Ready,
    execution: Execution,
    command: C,
) -> Result<Response, Refusal> {
    let executed = run(ready, execution, command).await?;
    let position = EventPosition(executed.outcome.position().get());
    Ok((StatusCode::NO_CONTENT, position, ()).into_response())
}

fn is_refusal(error: &(dyn std::error::Error + 'static)) -> bool {
    error.downcast_ref::<ApiProblem>().is_some_and(|problem| problem.status().is_client_error())
}

pub(crate) async fn execute<C: Command>(
    ready: Ready,
    execution: Execution,
    command: C,
) -> Result<Executed<C::Outcome>, ExecuteError<C::Rejection>> {
    let operation = command.operation();
    let task = tokio::spawn(async move { ready.executor().execute(execution, command).await });
    let executed = task.await.unwrap_or_else(|error| Err(ExecuteError::Unexpected(Box::new(error))));
    let outcome = match &executed {
        Ok(Executed { repeated: false, .. }) => "done",
        Ok(Executed { repeated: true, .. }) => "repeated",
        Err(ExecuteError::Rejected(_) | ExecuteError::ActorDeactivated | ExecuteError::KeyReused) => {
            "rejected"
        }
        // A weak password, say.
        Err(ExecuteError::Credential(error)) if is_refusal(&**error) => "rejected",
        Err(ExecuteError::QuotaExceeded(_)) => "limited",
        Err(ExecuteError::DownToReserve | ExecuteError::Append(AppendError::Full(_))) => "full",
        Err(_) => "failed",
    };
    metrics::counter!("dispatcher_commands_total", "operation" => operation, "outcome" => outcome)
        .increment(1);
    executed
}
