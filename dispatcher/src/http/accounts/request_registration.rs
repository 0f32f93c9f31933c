//! Asking to be registered, where operators approve registrations.

use api_types::codes;
use api_types::registrations::RegistrationRequest;
use axum::Json;
use axum::response::{IntoResponse, Response};
use domain::account::AccountRejection;
use http::StatusCode;
use http_kit::ApiProblem;
use time::OffsetDateTime;

use crate::State;
use crate::auth::Typed;
use crate::credential_store::{Asked, Request};
use crate::refusal::Refusal;

/// When those who wait may have become fewer.
const RETRY_SECONDS: u32 = 3_600;

pub(super) async fn request_registration(state: &State, typed: Typed) -> Result<Response, Refusal> {
    let ready = state.ready()?;
    let requests = &ready.credential_store().requests;
    let (handle, display_name, address) = (typed.handle.clone(), typed.display_name.clone(), typed.address);
    if ready.executor().holder_of(&handle).await?.is_some() {
        return Err(Refusal::rejected(&AccountRejection::HandleMustBeFree));
    }
    let now = OffsetDateTime::now_utc();
    require(requests.has_room(&handle, address, now).await?)?;
    let hash = typed.hash(state.passwords()).await?;
    let address = address.to_string();
    let request = Request { handle, display_name, hash, address, requested_at: now };
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
