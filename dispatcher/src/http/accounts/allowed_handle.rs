//! Handles that people may not give themselves.

use api_types::codes;
use domain::{AccountId, Handle};
use http_kit::ApiProblem;

use crate::State;
use crate::refusal::Refusal;

/// # Errors
/// `handle-reserved`, unless the handle is the account's already.
pub(in crate::http) async fn require(
    state: &State,
    handle: &Handle,
    of: Option<AccountId>,
) -> Result<(), Refusal> {
    if !state.settings().reserved_handles.contains(handle) {
        return Ok(());
    }
    if of.is_some() && state.ready()?.executor().holder_of(handle).await? == of {
        return Ok(());
    }
    Err(ApiProblem::new(codes::HANDLE_RESERVED).into())
}
