use api_types::profiles::Profile;
use axum::extract::State;
use axum::response::Response;
use data_set::read::AccountName;
use http_kit::Reader;
use http_kit::query::{NoParameters, StrictQuery};

use super::show::show;
use crate::AppState;
use crate::conditions::{Conditions, ReadHeaders};
use crate::id::PathId;
use crate::refusal::Refusal;

/// Shows an account.
///
/// Its numbers do not count what was undone or deleted. A deactivated account is not found, nor a suspended one but by
/// moderators and admins, who also see its `restriction`.
#[utoipa::path(
    get,
    path = "/v1/accounts/{id}",
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
    PathId(account): PathId,
    _query: StrictQuery<NoParameters>,
    conditions: Conditions,
) -> Result<Response, Refusal> {
    show(&state, &caller, &AccountName::Id(account), &conditions).await
}
