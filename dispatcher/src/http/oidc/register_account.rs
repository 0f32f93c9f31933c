//! `POST /v1/oidc/accounts`.

use api_types::accounts::RegisteredAccount;
use api_types::oidc::RegisterOidcAccount;
use api_types::registrations::RegistrationRequest;
use axum::extract::State;
use axum::response::Response;
use domain::message::Actor;
use domain::{DisplayName, Handle};
use http_kit::{ClientAddress, StrictJson};

use crate::auth::{self, OidcCredential, open_proof};
use crate::commands::RegisterAccount as Register;
use crate::http::accounts::allowed_handle;
use crate::http::accounts::register_account::created;
use crate::http::accounts::request_registration::{Applicant, request_registration};
use crate::http::accounts::way_in::{WayIn, way_in};
use crate::http::command::{self, CommandRequest};
use crate::http::documentation::{CommandHeaders, HANDLE_AND_NAME_RULES};
use crate::refusal::Refusal;

/// Registers an account without a password, for somebody with a proof of a log-in at an OpenID provider.
///
/// It obeys what the installation says of registrations, as `POST /v1/accounts` does. Of several at once with one
/// log-in, one makes the account. The same proof then opens a session.
#[utoipa::path(
    post, path = "/v1/oidc/accounts", tag = "oidc", request_body = RegisterOidcAccount,
    params(CommandHeaders),
    responses(
        (status = 201, description = "In the log", body = RegisteredAccount, headers(("Location" = String))),
        (status = 202, description = "Waits for an operator's approval", body = RegistrationRequest),
    ),
    extensions(("x-rate" = json!("sign-up")), ("x-problems" = json!(["oidc-proof-invalid", "oidc-linked", "HandleMustBeFree", "AccountMustBeNew",
        "rate-limited", "registration-closed", "invitation-invalid", "handle-reserved", HANDLE_AND_NAME_RULES]))),
)]
pub(crate) async fn register_oidc_account(
    State(state): State<crate::State>,
    address: ClientAddress,
    request: CommandRequest,
    body: StrictJson<RegisterOidcAccount>,
) -> Result<Response, Refusal> {
    let ready = state.ready()?;
    let handle = Handle::parse(&body.value.handle)?;
    let display_name = DisplayName::parse(&body.value.display_name)?;
    let proof = open_proof(&state, &body.value.proof).await?;
    allowed_handle::require(&state, &handle, None).await?;
    let invitation = match way_in(&state, &ready, body.value.invitation.clone())? {
        WayIn::AtOnce(invitation) => invitation,
        WayIn::Approval => {
            auth::require_unlinked(&ready, &proof).await?;
            let applicant = Applicant::AtProvider { proof, handle, display_name, address };
            return request_registration(&state, applicant).await;
        }
    };
    // Not the proof: each log-in has another one, of the same person.
    let RegisterOidcAccount { handle: named, display_name: shown, invitation: code, .. } = body.value;
    let code = code.unwrap_or_default();
    let compared = format!("{named}\0{shown}\0{}\0{code}", proof.subject.as_str());
    let credential = OidcCredential::new(ready.credential_store().clone(), proof, invitation);
    let executed = auth::register(&ready, credential, |account, by| {
        let newcomer = Actor { account, is_admin: false };
        let execution = request.execution(newcomer, compared.as_bytes());
        let (handle, display_name) = (handle.clone(), display_name.clone());
        command::execute(ready.clone(), execution, Register { account, handle, display_name, by })
    });
    Ok(created(executed.await?))
}
