//! Carrying a command out on behalf of a request.

use crate::decision::{Command, ExecuteError, Outcome};
use crate::executor::{Executed, Execution, IdempotencyKey};
use api_types::codes;
use axum::response::{IntoResponse, Response};
use domain::AccountId;
use domain::edge::Wish;
use domain::message::Actor;
use event_store::{Fingerprint, TraceParent};
use http::StatusCode;
use http_kit::idempotency::RequestKey;
use http_kit::position::EventPosition;
use http_kit::{ApiProblem, Caller, RequestContext, Role};
use sha2::{Digest, Sha256};
use time::OffsetDateTime;

use crate::problems;
use crate::state::Ready;

/// Who may write under their own name.
pub(crate) fn writer(caller: &Caller) -> Result<Actor, ApiProblem> {
    caller.require_any(&[Role::User, Role::Admin])?;
    actor(caller)
}

pub(crate) fn actor(caller: &Caller) -> Result<Actor, ApiProblem> {
    let account = AccountId::from_i64(caller.account)
        // Its events would look like those of an operator's tool.
        .filter(|account| *account != AccountId::OPERATOR)
        .ok_or_else(|| ApiProblem::new(codes::TOKEN_INVALID).detail("The subject is no account id."))?;
    Ok(Actor { account, is_admin: caller.roles.contains(Role::Admin) })
}

/// A key together with what it was used for: operation (method and path), query, meaningful headers and body.
pub(crate) fn idempotency(key: Option<RequestKey>, operation: &str, body: &[u8]) -> Option<IdempotencyKey> {
    let RequestKey { key, head } = key?;
    let mut digest = Sha256::new();
    digest.update(operation.as_bytes());
    digest.update([0]);
    digest.update(head);
    digest.update(body);
    Some(IdempotencyKey { key, fingerprint: Fingerprint::of_digest(digest.finalize().into()) })
}

pub(crate) fn execution(
    actor: AccountId,
    context: &RequestContext,
    idempotency: Option<IdempotencyKey>,
) -> Execution {
    Execution {
        actor,
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
) -> Result<Executed<C::Outcome>, ApiProblem> {
    execute(ready, execution, command).await.map_err(problems::from_execute)
}

/// Runs a command that answers nothing but that it is done, and where.
pub(crate) async fn done<C: Command>(
    ready: Ready,
    execution: Execution,
    command: C,
) -> Result<Response, ApiProblem> {
    let executed = run(ready, execution, command).await?;
    let position = EventPosition(executed.outcome.position().get());
    Ok((StatusCode::NO_CONTENT, position, ()).into_response())
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
        Err(_) => "failed",
    };
    metrics::counter!("dispatcher_commands_total", "operation" => operation, "outcome" => outcome)
        .increment(1);
    executed
}

/// The method by which an edge is wished for.
pub(crate) fn method(wish: Wish) -> &'static str {
    match wish {
        Wish::Set => "PUT",
        Wish::Unset => "DELETE",
    }
}
