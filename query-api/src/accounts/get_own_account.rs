use api_types::profiles::Profile;
use axum::extract::State;
use axum::response::Response;
use data_set::read::AccountName;
use http_kit::Reader;
use http_kit::query::{NoParameters, StrictQuery};

use super::show::show;
use crate::AppState;
use crate::conditions::{Conditions, ReadHeaders};
use crate::refusal::Refusal;

/// Shows the caller's account, as everybody sees it.
///
/// A caller whom another system identifies and who never registered here is not found.
#[utoipa::path(
    get,
    path = "/v1/accounts/me",
    tag = "accounts",
    security(("bearer" = [])),
    params(ReadHeaders),
    responses(
        (status = 200, description = "The account.", body = Profile),
    ),
    extensions(("x-problems" = json!(["not-found"]))),
)]
pub(crate) async fn get_own_account(
    State(state): State<AppState>,
    Reader(caller): Reader,
    _query: StrictQuery<NoParameters>,
    conditions: Conditions,
) -> Result<Response, Refusal> {
    show(&state, &caller, &AccountName::Id(caller.account), &conditions).await
}
