//! `PATCH /v1/accounts/me`.

use api_types::accounts::{ChangeProfile, ProfileReceipt};
use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::{Bio, DisplayName, Handle};
use http_kit::position::EventPosition;
use http_kit::{Caller, StrictJson};

use crate::commands::ChangeProfile as Change;
use crate::decision::Outcome;
use crate::http::command::{self, CommandRequest};
use crate::http::documentation::{BIO_RULES, CommandHeaders, HANDLE_AND_NAME_RULES};
use crate::refusal::Refusal;

use super::allowed_handle;

/// Changes the caller's profile.
///
/// A new handle is taken, and the old one given back, at the same moment. A change that changes nothing is answered
/// like one that does. Needs the role `user` or `admin`, and an account that was registered.
#[utoipa::path(
    patch, path = "/v1/accounts/me", tag = "accounts", request_body = ChangeProfile,
    params(CommandHeaders),
    responses(
        (status = 200, description = "In the log", body = ProfileReceipt),
    ),
    security(("bearer" = [])),
    extensions(("x-problems" = json!(["AccountMustExist", "HandleMustBeFree", "handle-reserved", HANDLE_AND_NAME_RULES, BIO_RULES]))),
)]
pub(crate) async fn change_profile(
    State(state): State<crate::State>,
    caller: Caller,
    request: CommandRequest,
    body: StrictJson<ChangeProfile>,
) -> Result<Response, Refusal> {
    let actor = command::writer(&caller)?;
    let ChangeProfile { handle, display_name, bio } = &body.value;
    if handle.is_none() && display_name.is_none() && bio.is_none() {
        return Err(Refusal::field("handle", "give handle, displayName or bio"));
    }
    let change = Change {
        account: actor.account,
        handle: handle.as_deref().map(Handle::parse).transpose()?,
        display_name: display_name.as_deref().map(DisplayName::parse).transpose()?,
        bio: bio.as_deref().map(Bio::parse).transpose()?,
    };
    if let Some(handle) = change.handle.as_ref().filter(|_| !actor.is_admin) {
        allowed_handle::require(&state, handle, Some(actor.account)).await?;
    }
    let outcome = command::run(state.ready()?, request.execution(actor, &body.bytes), change).await?.outcome;
    let position = EventPosition(outcome.position().get());
    let receipt = ProfileReceipt {
        id: outcome.account.to_string(),
        handle: outcome.handle.into_string(),
        display_name: outcome.display_name.into_string(),
        bio: outcome.bio.into_string(),
    };
    Ok((position, Json(receipt)).into_response())
}
