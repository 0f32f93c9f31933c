use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::header::CONTENT_TYPE;
use http_kit::query::{NoParameters, StrictQuery};
use http_kit::{ApiProblem, Reader};

use super::dcat::document;
use super::get_catalog::look;
use super::public_url::PublicUrl;
use crate::AppState;
use crate::conditions::{Conditions, ReadHeaders};
use crate::refusal::Refusal;

/// Says the same as `/v1/catalog` in the words of DCAT 3, as JSON-LD.
///
/// A `dcat:Catalog` whose data sets have distributions, columns (CSVW), the fields of events that these are derived from (PROV), and
/// measurements of rows and freshness (DQV). It conforms to DCAT-AP 3. Its context is in it, so nothing has to be fetched.
#[utoipa::path(
    get,
    path = "/v1/catalog.jsonld",
    tag = "data",
    security(("bearer" = [])),
    params(ReadHeaders),
    responses((
        status = 200, description = "The catalogue.", body = serde_json::Value, content_type = "application/ld+json",
    )),
    extensions(("x-problems" = json!(["role-required"])), ("x-rate" = json!("count"))),
)]
pub(crate) async fn get_catalog_jsonld(
    State(state): State<AppState>,
    Reader(caller): Reader,
    _query: StrictQuery<NoParameters>,
    conditions: Conditions,
    url: PublicUrl,
) -> Result<Response, Refusal> {
    let found = look(&state, &caller, &conditions, &url).await?;
    let bytes = serde_json::to_vec(&document(&found.value, &url)).map_err(ApiProblem::internal)?;
    let body = ([(CONTENT_TYPE, "application/ld+json")], bytes.clone()).into_response();
    Ok(conditions.answer_with_file(found.position, &bytes, body))
}
