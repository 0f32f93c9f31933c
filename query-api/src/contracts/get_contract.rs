use std::sync::LazyLock;

use axum::body::Bytes;
use axum::response::{IntoResponse, Response};
use data_set::published::{CONTRACT_VERSION, contract, document};
use http::header::{CONTENT_TYPE, VARY};
use http::{HeaderMap, HeaderName, HeaderValue};
use http_kit::StrictQuery;
use http_kit::etag::{Conditional, EntityTag};
use http_kit::query::NoParameters;
use utoipa::IntoParams;

use super::accept::prefers;

const YAML: &str = "application/yaml";
const JSON: &str = "application/json";

/// It follows from the program alone.
static FORMS: LazyLock<Forms> = LazyLock::new(|| Forms {
    yaml: Bytes::from(document::contract()),
    // Structs of text and numbers, which JSON always can say.
    json: Bytes::from(serde_json::to_vec(&contract::contract()).unwrap_or_default()),
});

struct Forms {
    yaml: Bytes,
    json: Bytes,
}

/// The headers that it takes, for the documentation.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "it only describes")]
pub(crate) struct ContractHeaders {
    /// 304 where the answer would be the same.
    #[param(rename = "If-None-Match")]
    if_none_match: Option<String>,
}

/// Shows what is promised of the schema `published`, as Open Data Contract Standard 3.1.
///
/// Views, columns, types, keys, references, words, classification, lineage and how fresh rows are. YAML, or JSON by `Accept`. It is open to
/// everybody, as this document is: it holds no row and says nothing about an installation, and tools read it by its address alone:
/// `datacontract test <url>/v1/contracts/published` (docs/CONTRACT.md).
#[utoipa::path(
    get,
    path = "/v1/contracts/published",
    tag = "data",
    params(ContractHeaders),
    responses(
        (
            status = 200, description = "The contract.",
            content(
                (serde_json::Value = "application/yaml"),
                (serde_json::Value = "application/json"),
            ),
            headers(
                ("Contract-Version" = String, description = "As exports name it."),
                ("ETag" = String, description = "Of exactly this answer."),
            ),
        ),
        (
            status = 304, description = "The caller has this answer already (`If-None-Match`).",
            headers(
                ("Contract-Version" = String, description = "As exports name it."),
                ("ETag" = String, description = "Of exactly this answer."),
            ),
        ),
    ),
    extensions(("x-problems" = json!(["invalid-parameter"]))),
)]
pub(crate) async fn get_contract(
    _query: StrictQuery<NoParameters>,
    headers: HeaderMap,
    conditional: Conditional,
) -> Response {
    let is_json = prefers(&headers, ("application", "json"), ("application", "yaml"));
    let (body, kind) = if is_json { (&FORMS.json, JSON) } else { (&FORMS.yaml, YAML) };
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static(kind)),
        (VARY, HeaderValue::from_static("accept")),
        (HeaderName::from_static("contract-version"), HeaderValue::from_static(CONTRACT_VERSION)),
    ];
    conditional.apply(&EntityTag::of_body(body), (headers, body.clone()).into_response())
}
