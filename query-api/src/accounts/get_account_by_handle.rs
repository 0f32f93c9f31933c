use api_types::codes;
use api_types::profiles::Profile;
use axum::extract::State;
use axum::response::Response;
use data_set::read::{AccountName, HandleName};
use http_kit::path::StrictPath;
use http_kit::query::{NoParameters, StrictQuery};
use http_kit::{ApiProblem, Reader};

use super::show::show;
use crate::AppState;
use crate::conditions::{Conditions, ReadHeaders};
use crate::refusal::Refusal;

/// Shows the account that has a handle.
///
/// Capital and small letters are the same. What no account can have as a handle is refused.
#[utoipa::path(
    get,
    path = "/v1/accounts/by-handle/{handle}",
    tag = "accounts",
    security(("bearer" = [])),
    params(
        ("handle" = String, Path, description = "1 to 30 of a-z, 0-9 and _, without an @.", pattern = "^[A-Za-z0-9_]{1,30}$", example = "heron"),
        ReadHeaders,
    ),
    responses(
        (status = 200, description = "The account.", body = Profile),
    ),
    extensions(("x-problems" = json!(["not-found"]))),
)]
pub(crate) async fn get_account_by_handle(
    State(state): State<AppState>,
    Reader(caller): Reader,
    StrictPath(handle): StrictPath<String>,
    _query: StrictQuery<NoParameters>,
    conditions: Conditions,
) -> Result<Response, Refusal> {
    let handle = HandleName::parse(&handle).ok_or_else(|| {
        ApiProblem::new(codes::INVALID_PARAMETER)
            .field("handle", "expected 1 to 30 letters from a to z, digits and underscores")
    })?;
    show(&state, &caller, &AccountName::Handle(handle), &conditions).await
}
