//! Asking to be registered, where operators approve registrations.

use api_types::codes;
use api_types::registrations::RegistrationRequest;
use axum::Json;
use axum::response::{IntoResponse, Response};
use domain::account::AccountRejection;
use domain::{DisplayName, Handle};
use http::StatusCode;
use http_kit::{ApiProblem, ClientAddress};
use time::OffsetDateTime;

use crate::State;
use crate::auth::{Proof, Typed};
use crate::credential_store::{Asked, OidcRequest, PasswordHash, Request};
use crate::refusal::Refusal;

/// When those who wait may have become fewer.
const RETRY_SECONDS: u32 = 3_600;

/// Who asks, and with what they will log in.
pub(in crate::http) enum Applicant {
    WithPassword(Typed),
    AtProvider { proof: Proof, handle: Handle, display_name: DisplayName, address: ClientAddress },
}

pub(in crate::http) async fn request_registration(
    state: &State,
    applicant: Applicant,
) -> Result<Response, Refusal> {
    let ready = state.ready()?;
    let requests = &ready.credential_store().requests;
    let (handle, display_name, address) = match &applicant {
        Applicant::WithPassword(Typed { handle, display_name, address, .. })
        | Applicant::AtProvider { handle, display_name, address, .. } => {
            (handle.clone(), display_name.clone(), *address)
        }
    };
    if ready.executor().holder_of(&handle).await?.is_some() {
        return Err(Refusal::rejected(&AccountRejection::HandleMustBeFree));
    }
    let now = OffsetDateTime::now_utc();
    require(requests.has_room(&handle, address, now).await?)?;
    let (hash, oidc) = match applicant {
        Applicant::WithPassword(typed) => (typed.hash(state.passwords()).await?, None),
        Applicant::AtProvider { proof: Proof { subject, provider }, .. } => {
            (PasswordHash::of_nothing(""), Some(OidcRequest { subject, provider }))
        }
    };
    let address = address.to_string();
    let request = Request { handle, display_name, hash, oidc, address, requested_at: now };
    require(requests.add(&request).await?)?;
    let waits = RegistrationRequest {
        handle: request.handle.into_string(),
        display_name: request.display_name.into_string(),
        requested_at: now,
    };
    Ok((StatusCode::ACCEPTED, Json(waits)).into_response())
}

fn require(asked: Asked) -> Result<(), Refusal> {
    match asked {
        Asked::Waits => Ok(()),
        Asked::HandleTaken => Err(Refusal::rejected(&AccountRejection::HandleMustBeFree)),
        Asked::TooManyOfAddress => Err(ApiProblem::new(codes::RATE_LIMITED)
            .detail("Others of this address wait to be registered already.")
            .retry_after_seconds(RETRY_SECONDS)
            .into()),
        Asked::TooMany => Err(ApiProblem::new(codes::OVERLOADED)
            .detail("As many wait to be registered as the operators look at.")
            .retry_after_seconds(RETRY_SECONDS)
            .into()),
    }
}
