use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::header::CACHE_CONTROL;
use http::{HeaderValue, StatusCode};
use http_kit::{ApiProblem, Caller, StrictJson};
use time::OffsetDateTime;
use uuid::Uuid;

use super::super::secret::SigningSecret;
use super::super::webhook::Webhook;
use super::super::{problem, registry};
use super::body::{self, CreateWebhook, CreatedWebhook, WebhookView};
use super::{require_operator, target, too_many};
use crate::AppState;

/// Makes a webhook: events are sent to an address, each in a request of its own, as CloudEvents that are signed by the scheme of
/// Standard Webhooks.
///
/// Its secret is told this once. The address must be public, and its name must resolve to one that is. docs/WEBHOOKS.md says what is
/// sent, and what a receiver answers. At most 32. Needs the role `operator` or `admin`.
#[utoipa::path(
    post, path = "/v1/webhooks", tag = "webhooks", request_body = CreateWebhook,
    responses((status = 201, description = "Made", body = CreatedWebhook)),
    security(("bearer" = [])),
    extensions(
        ("x-rate" = json!("profile")),
        ("x-problems" = json!(["role-required", "webhook-target-refused", "too-many-webhooks", "position-ahead", "log-full"])),
    ),
)]
pub(crate) async fn create_webhook(
    State(state): State<AppState>,
    caller: Caller,
    body: StrictJson<CreateWebhook>,
) -> Result<Response, ApiProblem> {
    require_operator(&caller)?;
    let CreateWebhook { url, types, tag, account, after } = body.value;
    body::types(&types)?;
    let tag = tag.as_deref().map(body::tag).transpose()?;
    let account = account.as_deref().map(body::account).transpose()?;
    let opened = state.opened().ok_or_else(|| ApiProblem::unavailable("the log has not been opened yet"))?;
    let after = match after {
        Some(after) => body::after(&state, &after).await?,
        None => opened.recent.end(),
    };
    let url = target(&state, &url).await?;
    let webhook = Webhook {
        id: Uuid::now_v7(),
        url,
        types,
        tag,
        account,
        is_paused: false,
        stopped: None,
        secret: SigningSecret::random(),
        previous: Vec::new(),
        after,
        made_by: caller.account,
        made_at: OffsetDateTime::now_utc(),
    };
    add(&state, &webhook, after).await?;
    state.webhooks().changed.notify_one();
    tracing::info!(webhook = %webhook.id, by = caller.account, "a webhook was made");
    let secret = webhook.secret.expose();
    let made = CreatedWebhook { secret, webhook: WebhookView::new(&state, webhook, None) };
    let no_store = [(CACHE_CONTROL, HeaderValue::from_static("no-store"))];
    Ok((StatusCode::CREATED, no_store, Json(made)).into_response())
}

/// How far it is before it is known: relays make no such entry, so none comes back behind a removal.
async fn add(state: &AppState, webhook: &Webhook, after: i64) -> Result<(), ApiProblem> {
    let lineage =
        state.lineage().ok_or_else(|| ApiProblem::unavailable("the log has not been opened yet"))?;
    let (durables, name) = (state.webhooks().durables()?, webhook.id.to_string());
    durables.make(&name, &lineage.0, after).await.map_err(problem)?;
    let added = registry::add(state.webhooks().bucket()?, webhook).await;
    if !matches!(added, Ok(Ok(()))) {
        // What is left of it where that fails, too, says nothing to anybody.
        durables.remove(&name).await.ok();
    }
    added.map_err(problem)?.map_err(|_| too_many())
}
