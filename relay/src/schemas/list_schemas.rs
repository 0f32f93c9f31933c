use axum::Json;
use axum::response::IntoResponse;
use http::header::CACHE_CONTROL;
use http_kit::query::{NoParameters, StrictQuery};
use serde::Serialize;
use utoipa::ToSchema;

use super::CACHED;

/// A type of events.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct EventType {
    /// With its version, as in the attribute `type`.
    #[schema(example = "rookery.message.posted.v1")]
    r#type: String,
    /// As in the attribute `dataschema`.
    #[schema(example = "urn:rookery:schema:rookery.message.posted:v1")]
    dataschema: String,
    /// Where the schema is.
    #[schema(example = "/v1/schemas/rookery.message.posted.v1")]
    href: String,
    /// Whether such events are handed on at all; what accounts keep to themselves is not.
    handed_on: bool,
}

/// Lists the types of events, in every version.
///
/// For everybody: what an event looks like is no secret.
#[utoipa::path(
    get, path = "/v1/schemas", tag = "events",
    responses((status = 200, description = "The types.", body = [EventType])),
    extensions(("x-problems" = json!(["invalid-parameter"]))),
)]
pub(crate) async fn list_schemas(_query: StrictQuery<NoParameters>) -> impl IntoResponse {
    let handed_on: Vec<String> = event_store::disclosed_types().collect();
    let types = event_store::schemas().map(|(name, _)| EventType {
        r#type: name.to_owned(),
        dataschema: event_store::schema_uri(name),
        href: format!("/v1/schemas/{name}"),
        handed_on: handed_on.iter().any(|shown| shown == name),
    });
    ([(CACHE_CONTROL, CACHED)], Json(types.collect::<Vec<_>>()))
}
