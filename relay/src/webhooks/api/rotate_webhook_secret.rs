use api_types::codes;
use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::HeaderValue;
use http::header::CACHE_CONTROL;
use http_kit::{ApiProblem, Caller, StrictPath};
use time::OffsetDateTime;
use uuid::Uuid;

use super::super::secret::SigningSecret;
use super::super::{problem, registry};
use super::body::RotatedSecret;
use super::{not_found, require_operator, too_many};
use crate::AppState;

/// Gives a webhook a new secret.
///
/// It is told this once. For 24 hours what is sent has a signature by the secret before, too. At most 4 times within 24 hours. Needs the
/// role `operator` or `admin`.
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
    let secret = SigningSecret::random();
    let rotated = registry::update(state.webhooks().bucket()?, id, |webhook| {
        webhook.rotate(&secret, now);
    });
    let webhook = rotated.await.map_err(problem)?.ok_or_else(not_found)?.map_err(|_| too_many())?;
    if webhook.secret != secret {
        let wait = webhook.rotates_again_at().map_or(0, |at| (at - now).whole_seconds().max(1));
        return Err(ApiProblem::new(codes::RATE_LIMITED)
            .detail("Four secrets before this one are good yet: none is taken away early.")
            .retry_after_seconds(u32::try_from(wait).unwrap_or(u32::MAX)));
    }
    state.webhooks().changed.notify_one();
    tracing::info!(webhook = %id, by = caller.account, "the secret of a webhook was rotated");
    let rotated = RotatedSecret { secret: secret.expose(), previous_secret_until: webhook.previous_until() };
    Ok(([(CACHE_CONTROL, HeaderValue::from_static("no-store"))], Json(rotated)).into_response())
}
