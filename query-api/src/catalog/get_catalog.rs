use api_types::catalog::Catalog;
use axum::extract::State;
use axum::response::Response;
use data_set::read::{self, At};
use http_kit::query::{NoParameters, StrictQuery};
use http_kit::{Caller, Reader};
use tokens::Role;

use super::describe::catalog;
use super::public_url::PublicUrl;
use crate::AppState;
use crate::conditions::{Conditions, ReadHeaders};
use crate::refusal::Refusal;

/// Says what data sets there are: what is in them, where each column comes from, how many rows there are, how fresh they are, and how
/// they are taken away.
///
/// Up to 10,000 rows of a data set are counted, and messages always are; of others the database's estimate is given, which `exact` says.
/// Addresses begin with the one that the operator configured, or with that by which the request came. `/v1/catalog.jsonld` is the same
/// for catalogues that speak DCAT. Needs the role `analyst` or `admin`, as counting does.
#[utoipa::path(
    get,
    path = "/v1/catalog",
    tag = "data",
    security(("bearer" = [])),
    params(ReadHeaders),
    responses((status = 200, description = "The catalogue.", body = Catalog)),
    extensions(("x-problems" = json!(["role-required"])), ("x-rate" = json!("count"))),
)]
pub(crate) async fn get_catalog(
    State(state): State<AppState>,
    Reader(caller): Reader,
    _query: StrictQuery<NoParameters>,
    conditions: Conditions,
    url: PublicUrl,
) -> Result<Response, Refusal> {
    conditions.answer(&look(&state, &caller, &conditions, &url).await?)
}

pub(super) async fn look(
    state: &AppState,
    caller: &Caller,
    conditions: &Conditions,
    url: &PublicUrl,
) -> Result<At<Catalog>, Refusal> {
    caller.require_any(&[Role::Analyst, Role::Admin])?;
    let found = state.positions.answer(&conditions.awaited, || read::list_data_sets(&state.pool)).await?;
    Ok(found.map(|rows| catalog(&state.catalog, url, &rows)))
}
