use api_types::codes;
use axum::response::IntoResponse;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use http_kit::ApiProblem;
use http_kit::path::StrictPath;
use http_kit::query::{NoParameters, StrictQuery};

use super::CACHED;

/// Gives the schema of a type of events: JSON Schema 2020-12 of the attribute `data`.
///
/// A later program adds optional fields at most; what else changes is another version, with a schema of its own. Fields
/// that only the log has are described and are never required. For everybody.
#[utoipa::path(
    get, path = "/v1/schemas/{type}", tag = "events",
    params((
        "type" = String, Path, description = "The type with its version, as in the attribute `type`.",
        pattern = "^[a-z.-]{1,80}[.]v[0-9]{1,3}$", example = "rookery.message.posted.v1"
    )),
    responses((status = 200, description = "The schema.", content((serde_json::Value = "application/schema+json")))),
    extensions(("x-problems" = json!(["not-found"]))),
)]
pub(crate) async fn get_schema(
    StrictPath(event_type): StrictPath<String>,
    _query: StrictQuery<NoParameters>,
) -> Result<impl IntoResponse, ApiProblem> {
    let schema = event_store::schema(&event_type)
        .ok_or_else(|| ApiProblem::new(codes::NOT_FOUND).detail("No event has this type."))?;
    Ok(([(CACHE_CONTROL, CACHED), (CONTENT_TYPE, "application/schema+json")], schema))
}
