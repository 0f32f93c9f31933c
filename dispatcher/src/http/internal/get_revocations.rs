//! `GET /internal/revocations`.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::HeaderValue;
use http::header::CACHE_CONTROL;
use http_kit::{ApiProblem, StrictQuery};
use serde::Deserialize;
use tokens::REVOCATION_PARTS;

/// What the asker knows already.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Known {
    #[serde(default)]
    lineage: String,
    /// The revisions of its parts, with commas in between.
    #[serde(default)]
    known: String,
}

/// Which tokens are void, as far as the asker does not know it yet. What this dispatcher knows is at most a second old.
pub(super) async fn get_revocations(
    State(state): State<crate::State>,
    StrictQuery(known): StrictQuery<Known>,
) -> Result<Response, ApiProblem> {
    // What is no number is not known.
    let revisions = known.known.split(',').take(REVOCATION_PARTS).map(|text| text.parse().unwrap_or(0));
    let revisions: Vec<u64> = revisions.collect();
    let document = state.revocations().changed_since(&known.lineage, &revisions);
    let document = document.ok_or_else(|| ApiProblem::unavailable("the log has not been opened yet"))?;
    let no_store = [(CACHE_CONTROL, HeaderValue::from_static("no-store"))];
    Ok((no_store, Json(document)).into_response())
}
