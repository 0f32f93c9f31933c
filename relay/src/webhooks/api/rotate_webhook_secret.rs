use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::HeaderValue;
use http::header::CACHE_CONTROL;
use http_kit::{ApiProblem, Caller, StrictPath};
use time::OffsetDateTime;
use uuid::Uuid;

use super::super::{problem, registry};
use super::body::RotatedSecret;
use super::{not_found, require_operator, too_many};
use crate::AppState;

/// Gives a webhook a new secret.
///
/// It is told this once. For 24 hours what is sent has two signatures, by the new secret and by the one before. Needs the role
/// `operator` or `admin`.
#[utoipa::path(
    post, path = "/v1/webhooks/{webhook}/secret", tag = "webhooks",
    params(("webhook" = String, Path, format = Uuid, description = "Its id")),
    responses((status = 200, description = "The new secret", body = RotatedSecret)),
    security(("bearer" = [])),
    extensions(("x-rate" = json!("profile")), ("x-problems" = json!(["role-required", "not-found", "log-full"]))),
)]
pub(crate) async fn rotate_webhook_secret(
    State(state): State<AppState>,
    caller: Caller,
    StrictPath(id): StrictPath<Uuid>,
) -> Result<Response, ApiProblem> {
    require_operator(&caller)?;
    let now = OffsetDateTime::now_utc();
    let rotated = registry::update(state.webhooks().bucket()?, id, |webhook| webhook.rotate(now));
    let webhook = rotated.await.map_err(problem)?.ok_or_else(not_found)?.map_err(|_| too_many())?;
    state.webhooks().changed.notify_one();
    tracing::info!(webhook = %id, by = caller.account, "the secret of a webhook was rotated");
    let secret = webhook.secret.expose();
    let rotated = RotatedSecret { secret, previous_secret_until: webhook.previous.map(|it| it.until) };
    Ok(([(CACHE_CONTROL, HeaderValue::from_static("no-store"))], Json(rotated)).into_response())
}
