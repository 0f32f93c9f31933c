//! `POST /v1/accounts`.

use std::sync::Arc;

use api_types::accounts::{RegisterAccount, RegisteredAccount};
use api_types::registrations::RegistrationRequest;
use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::message::Actor;
use domain::{DisplayName, Handle, Password};
use http::StatusCode;
use http::header::LOCATION;
use http_kit::position::EventPosition;
use http_kit::{ClientAddress, StrictJson};
use time::OffsetDateTime;

use crate::auth::{Credential, Typed};
use crate::commands::{RegisterAccount as Register, Registrar};
use crate::decision::AccountOutcome;
use crate::executor::Executed;
use crate::http::command::{self, CommandRequest};
use crate::http::documentation::{CommandHeaders, HANDLE_AND_NAME_RULES};
use crate::refusal::Refusal;

use super::request_registration::{Applicant, request_registration};
use super::way_in::{WayIn, way_in};
use super::{allowed_handle, draw};

/// Registers an account under a handle that nobody else has.
///
/// Needs no identity. Idempotency keys are shared by all who register, so they should be UUIDs; the password is no part
/// of what is compared under a key, and a repetition does not change it. An installation may ask for an `invitation`,
/// register nobody who asks, or have operators approve: then the answer is 202, and the account is there once they did.
#[utoipa::path(
    post, path = "/v1/accounts", tag = "accounts", request_body = RegisterAccount,
    params(CommandHeaders),
    responses(
        (status = 201, description = "In the log", body = RegisteredAccount, headers(("Location" = String))),
        (status = 202, description = "Waits for an operator's approval", body = RegistrationRequest),
    ),
    extensions(("x-rate" = json!("sign-up")), ("x-problems" = json!(["HandleMustBeFree", "AccountMustBeNew", "PasswordMustHaveGoodLength", "password-too-weak",
        "rate-limited", "registration-closed", "invitation-invalid", "handle-reserved", HANDLE_AND_NAME_RULES]))),
)]
pub(crate) async fn register_account(
    State(state): State<crate::State>,
    address: ClientAddress,
    request: CommandRequest,
    body: StrictJson<RegisterAccount>,
) -> Result<Response, Refusal> {
    let ready = state.ready()?;
    let handle = Handle::parse(&body.value.handle)?;
    let display_name = DisplayName::parse(&body.value.display_name)?;
    let password = Password::parse(&body.value.password)?;
    let typed = Typed { password, handle: handle.clone(), display_name: display_name.clone(), address };
    allowed_handle::require(&state, &handle, None).await?;
    let invitation = match way_in(&state, &ready, body.value.invitation.clone())? {
        WayIn::AtOnce(invitation) => invitation,
        WayIn::Approval => return request_registration(&state, Applicant::WithPassword(typed)).await,
    };
    let kept = ready.credential_store().credentials.clone();
    let credential = Credential::new(Arc::clone(state.passwords()), kept, typed).invited(invitation);
    let by = Registrar::Newcomer(Arc::new(credential));
    // Not the whole body: its digest is kept, and a quick digest of a password could be searched for the password.
    let mut compared = format!("{}\0{}", body.value.handle, body.value.display_name);
    if let Some(code) = &body.value.invitation {
        compared = format!("{compared}\0{code}");
    }
    let executed = draw::until_new(
        || ready.executor().draw_account(OffsetDateTime::now_utc()),
        |account| {
            let (handle, display_name, by) = (handle.clone(), display_name.clone(), by.clone());
            let register = Register { account, handle, display_name, by };
            let newcomer = Actor { account, is_admin: false };
            command::execute(ready.clone(), request.execution(newcomer, compared.as_bytes()), register)
        },
    );
    Ok(created(executed.await?))
}

pub(in crate::http) fn created(executed: Executed<AccountOutcome>) -> Response {
    let position = crate::decision::Outcome::position(&executed.outcome);
    (EventPosition(position.get()), registered(executed)).into_response()
}

/// Without the position, which only a command's own caller awaits.
pub(in crate::http) fn registered(Executed { outcome, .. }: Executed<AccountOutcome>) -> Response {
    let id = outcome.account.to_string();
    let location = [(LOCATION, format!("/v1/accounts/{id}"))];
    let registered = RegisteredAccount {
        id,
        handle: outcome.handle.into_string(),
        display_name: outcome.display_name.into_string(),
    };
    (StatusCode::CREATED, location, Json(registered)).into_response()
}
