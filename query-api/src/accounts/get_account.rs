use api_types::codes;
use api_types::profiles::Profile;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use data_set::read::{self, AccountName, At};
use http_kit::Reader;
use http_kit::etag::Conditional;
use http_kit::identity::Caller;
use http_kit::path::StrictPath;
use http_kit::position::{AwaitPosition, DataPosition};
use http_kit::query::StrictQuery;

use super::represent;
use crate::AppState;
use crate::id;
use crate::openapi::{NoParameters, ReadHeaders};
use crate::refusal::Refusal;

/// Shows an account.
///
/// Its numbers do not count what was undone or deleted. A deactivated account is not found.
#[utoipa::path(
    get,
    path = "/v1/accounts/{id}",
    operation_id = "get_account",
    tag = "accounts",
    security(("bearer" = [])),
    params(("id" = String, Path, description = "The account's id."), ReadHeaders),
    responses(
        (status = 200, description = "The account.", body = Profile),
    ),
    extensions(("x-problems" = json!(["not-found"]))),
)]
pub(crate) async fn get_account(
    State(state): State<AppState>,
    Reader(caller): Reader,
    StrictPath(id): StrictPath<String>,
    _query: StrictQuery<NoParameters>,
    awaited: AwaitPosition,
    conditional: Conditional,
) -> Result<Response, Refusal> {
    let name = AccountName::Id(id::parse("id", &id)?);
    show(&state, &caller, &name, &awaited, &conditional).await
}

/// The account with a name as the caller sees it.
pub(super) async fn show(
    state: &AppState,
    caller: &Caller,
    name: &AccountName,
    awaited: &AwaitPosition,
    conditional: &Conditional,
) -> Result<Response, Refusal> {
    let read = || read::get_profile(&state.pool, caller.account, name);
    let found = state.positions.answer(awaited, read).await?;
    let position = found.position;
    let body = conditional.json(&represent::profile(present(found)?))?;
    Ok((DataPosition(position), awaited.preference_applied(), body).into_response())
}

/// What there is about an account, or the refusal where there is no such account.
pub(super) fn present<T>(found: At<Option<T>>) -> Result<T, Refusal> {
    found.value.ok_or_else(|| Refusal::at(found.position, codes::NOT_FOUND))
}
