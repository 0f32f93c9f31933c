//! `POST /v1/registrations/{handle}/approval`.

use std::sync::Arc;

use api_types::accounts::RegisteredAccount;
use api_types::codes;
use axum::extract::State;
use axum::response::Response;
use domain::Handle;
use http_kit::{ApiProblem, Caller, RequestContext, StrictPath};
use time::OffsetDateTime;

use super::require_operator;
use crate::auth::{HashedCredential, OidcCredential, Proof, register};
use crate::commands::{RegisterAccount as Register, Registrar};
use crate::credential_store::OidcRequest;
use crate::executor::Allowance;
use crate::http::accounts::{draw, register_account};
use crate::http::command;
use crate::refusal::Refusal;

/// Registers somebody who waits for it.
///
/// From then on they can log in, with the password, or at the OpenID provider, that they asked with. Needs the role `operator` or `admin`.
#[utoipa::path(
    post, path = "/v1/registrations/{handle}/approval", tag = "registrations",
    params(("handle" = String, Path, description = "The handle that was asked for")),
    responses(
        (status = 201, description = "In the log", body = RegisteredAccount, headers(("Location" = String))),
    ),
    security(("bearer" = [])),
    extensions(("x-rate" = json!("profile")), ("x-problems" = json!(["role-required", "not-found", "HandleMustBeWellFormed", "HandleMustBeFree",
        "AccountMustBeNew", "conflict", "oidc-linked", "log-full"]))),
)]
pub(crate) async fn approve_registration(
    State(state): State<crate::State>,
    caller: Caller,
    StrictPath(handle): StrictPath<String>,
    context: RequestContext,
) -> Result<Response, Refusal> {
    require_operator(&caller)?;
    let handle = Handle::parse(&handle)?;
    let ready = state.ready()?;
    let store = ready.credential_store();
    let requests = store.requests.list(OffsetDateTime::now_utc()).await?;
    let Some(found) = requests.into_iter().find(|request| request.handle == handle) else {
        return Err(ApiProblem::new(codes::NOT_FOUND).detail("Nobody waits for this handle.").into());
    };
    let run = |account, by| {
        let (handle, display_name) = (handle.clone(), found.display_name.clone());
        let execution = command::execution(account, Allowance::All, &context, None);
        command::execute(ready.clone(), execution, Register { account, handle, display_name, by })
    };
    let executed = match found.oidc.clone() {
        Some(OidcRequest { subject, provider }) => {
            let credential = OidcCredential::new(store.clone(), Proof { subject, provider }, None);
            register(&ready, credential, run).await?
        }
        None => {
            let credential = HashedCredential { kept: store.credentials.clone(), hash: found.hash.clone() };
            let by = Registrar::Newcomer(Arc::new(credential));
            let draw = || ready.executor().draw_account(OffsetDateTime::now_utc());
            draw::until_new(draw, |account| run(account, by.clone())).await?
        }
    };
    // Where this does not get through the request stays, and can be turned away.
    if let Err(error) = store.requests.remove(&handle).await {
        tracing::warn!(%error, "a registration that was approved is still listed");
    }
    Ok(register_account::registered(executed))
}
