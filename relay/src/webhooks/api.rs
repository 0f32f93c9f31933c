//! `/v1/webhooks`, for operators.

mod body;
mod change_webhook;
mod create_webhook;
mod get_webhook;
mod list_parked;
mod list_webhooks;
mod remove_webhook;
mod replay_webhook;
mod retry_parked;
mod rotate_webhook_secret;

use api_types::codes;
use http_kit::{ApiProblem, Caller};
use tokens::Role;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::webhook::Webhook;
use super::{address, problem, registry};
use crate::AppState;

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::default()
        .routes(routes!(list_webhooks::list_webhooks, create_webhook::create_webhook))
        .routes(routes!(
            get_webhook::get_webhook,
            change_webhook::change_webhook,
            remove_webhook::remove_webhook
        ))
        .routes(routes!(rotate_webhook_secret::rotate_webhook_secret))
        .routes(routes!(replay_webhook::replay_webhook))
        .routes(routes!(list_parked::list_parked_deliveries))
        .routes(routes!(retry_parked::retry_parked_deliveries))
}

fn require_operator(caller: &Caller) -> Result<(), ApiProblem> {
    caller.require_any(&[Role::Operator, Role::Admin])
}

async fn find(state: &AppState, id: Uuid) -> Result<Webhook, ApiProblem> {
    let found = registry::find(state.webhooks().bucket()?, id).await.map_err(problem)?;
    found.ok_or_else(not_found)
}

fn not_found() -> ApiProblem {
    ApiProblem::new(codes::NOT_FOUND).detail("There is no such webhook.")
}

fn too_many() -> ApiProblem {
    ApiProblem::new(codes::TOO_MANY_WEBHOOKS)
}

fn field(name: &str, why: &str) -> ApiProblem {
    ApiProblem::new(codes::INVALID_FIELD).field(name, why)
}

/// The address as it is kept: in one spelling, so that what was looked at is what is connected to and shown.
///
/// # Errors
/// `webhook-target-refused`.
async fn target(state: &AppState, url: &str) -> Result<String, ApiProblem> {
    let refused = |why: &'static str| ApiProblem::new(codes::WEBHOOK_TARGET_REFUSED).field("url", why);
    let settings = state.webhooks().settings();
    let url = address::parse(url, settings).map_err(refused)?;
    address::check(&url, settings).await.map_err(refused)?;
    Ok(url.into())
}
