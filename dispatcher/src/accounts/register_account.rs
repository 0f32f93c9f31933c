//! `POST /v1/accounts`.

use std::sync::Arc;

use api_types::accounts::{RegisterAccount, RegisteredAccount};
use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::account::AccountRejection;
use event_store::commands::RegisterAccount as Register;
use event_store::{AccountOutcome, ExecuteError, Executed};
use http::StatusCode;
use http::header::LOCATION;
use http_kit::idempotency::IdempotencyKey;
use http_kit::position::EventPosition;
use http_kit::{ApiProblem, RequestContext, StrictJson};
use time::OffsetDateTime;

use super::credential::Credential;
use super::parse;
use crate::openapi::{CommandHeaders, HANDLE_AND_NAME_RULES};
use crate::{command, problems};

/// Ids that are drawn for one account. Two accounts of the same second draw the same one of 8,192 now and then.
const DRAWS_MAX: usize = 5;

/// Registers an account under a handle that nobody else has.
///
/// Needs no identity. Idempotency keys are shared by all who register, so they should be UUIDs; the password is no part
/// of what is compared under a key, and a repetition does not change it.
#[utoipa::path(
    post, path = "/v1/accounts", tag = "accounts", request_body = RegisterAccount,
    params(CommandHeaders),
    responses(
        (status = 201, description = "In the log", body = RegisteredAccount, headers(("Location" = String))),
    ),
    extensions(("x-problems" = json!(["HandleMustBeFree", "AccountMustBeNew", "PasswordMustHaveGoodLength", HANDLE_AND_NAME_RULES]))),
)]
pub(crate) async fn register_account(
    State(state): State<crate::State>,
    IdempotencyKey(key): IdempotencyKey,
    context: RequestContext,
    body: StrictJson<RegisterAccount>,
) -> Result<Response, ApiProblem> {
    let ready = state.ready()?;
    let handle = parse::handle(&body.value.handle)?;
    let display_name = parse::display_name(&body.value.display_name)?;
    let password = parse::password(&body.value.password)?;
    let credential = Arc::new(Credential::new(state, password));
    // Not the whole body: its digest is kept, and a quick digest of a password could be searched for the password.
    let compared = format!("{}\0{}", body.value.handle, body.value.display_name);
    for _ in 0..DRAWS_MAX {
        let account = ready.executor().draw_account(OffsetDateTime::now_utc());
        let account = account.ok_or_else(|| ApiProblem::internal("the clock is outside of 2025 to 2161"))?;
        let key = command::idempotency(key.clone(), "POST /v1/accounts", compared.as_bytes());
        let (handle, display_name, credential) = (handle.clone(), display_name.clone(), credential.clone());
        let register = Register { account, handle, display_name, credential };
        let execution = command::execution(account, &context, key);
        match command::execute(ready.clone(), execution, register).await {
            Ok(executed) => return Ok(created(executed)),
            Err(ExecuteError::Rejected(AccountRejection::AccountMustBeNew)) => {}
            Err(error) => return Err(problems::from_execute(error)),
        }
    }
    Err(problems::from_rejection(&AccountRejection::AccountMustBeNew))
}

fn created(Executed { outcome, .. }: Executed<AccountOutcome>) -> Response {
    let position = event_store::Outcome::position(&outcome);
    let id = outcome.account.to_string();
    let location = [(LOCATION, format!("/v1/accounts/{id}"))];
    let registered = RegisteredAccount {
        id,
        handle: outcome.handle.into_string(),
        display_name: outcome.display_name.into_string(),
    };
    (StatusCode::CREATED, EventPosition(position.get()), location, Json(registered)).into_response()
}
