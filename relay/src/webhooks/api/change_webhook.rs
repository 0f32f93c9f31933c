use axum::Json;
use axum::extract::State;
use http_kit::{ApiProblem, Caller, StrictJson, StrictPath};
use uuid::Uuid;

use super::super::{problem, registry};
use super::body::{self, ChangeWebhook, WebhookView};
use super::{field, not_found, require_operator, target, too_many};
use crate::AppState;

/// Changes a webhook: its address, which events it is sent, and whether it is.
///
/// It holds for events that are read from then on, within seconds. Needs the role `operator` or `admin`.
#[utoipa::path(
    patch, path = "/v1/webhooks/{webhook}", tag = "webhooks", request_body = ChangeWebhook,
    params(("webhook" = String, Path, format = Uuid, description = "Its id")),
    responses((status = 200, description = "As it is now", body = WebhookView)),
    security(("bearer" = [])),
    extensions(
        ("x-rate" = json!("profile")),
        ("x-problems" = json!(["role-required", "not-found", "webhook-target-refused", "too-many-webhooks", "log-full"])),
    ),
)]
pub(crate) async fn change_webhook(
    State(state): State<AppState>,
    caller: Caller,
    StrictPath(id): StrictPath<Uuid>,
    body: StrictJson<ChangeWebhook>,
) -> Result<Json<WebhookView>, ApiProblem> {
    require_operator(&caller)?;
    let ChangeWebhook { url, types, tag, account, is_paused } = body.value;
    if url.is_none() && types.is_none() && tag.is_none() && account.is_none() && is_paused.is_none() {
        return Err(field("url", "give url, types, tag, account or isPaused"));
    }
    let types = types.map(Option::unwrap_or_default);
    if let Some(types) = &types {
        body::types(types)?;
    }
    let unless_empty = |text: Option<String>| text.filter(|text| !text.is_empty());
    let tag = tag.map(|tag| unless_empty(tag).as_deref().map(body::tag).transpose()).transpose()?;
    let account = account.map(|id| unless_empty(id).as_deref().map(body::account).transpose()).transpose()?;
    let url = match url {
        Some(url) => Some(target(&state, &url).await?),
        None => None,
    };
    let bucket = state.webhooks().bucket()?;
    let changed = registry::update(bucket, id, |webhook| {
        if let Some(url) = &url {
            webhook.url.clone_from(url);
        }
        if let Some(types) = &types {
            webhook.types.clone_from(types);
        }
        if let Some(tag) = &tag {
            webhook.tag.clone_from(tag);
        }
        if let Some(account) = account {
            webhook.account = account;
        }
        webhook.is_paused = is_paused.unwrap_or(webhook.is_paused);
    });
    let changed = changed.await.map_err(problem)?.ok_or_else(not_found)?.map_err(|_| too_many())?;
    state.webhooks().changed.notify_one();
    tracing::info!(webhook = %id, by = caller.account, "a webhook was changed");
    let durable = state.webhooks().durable(id).await?;
    Ok(Json(WebhookView::new(&state, changed, durable)))
}
