//! `PUT /v1/notifications/read`.

use crate::commands::ReadNotifications;
use api_types::accounts::MarkNotificationsRead;
use api_types::codes;
use axum::extract::State;
use axum::response::Response;
use domain::{IdError, MessageId, Position};
use http_kit::idempotency::IdempotencyKey;
use http_kit::{ApiProblem, Caller, RequestContext, StrictJson};

use crate::http::command;
use crate::http::documentation::CommandHeaders;

/// Marks the caller's notifications as read, up to a position.
///
/// The furthest mark counts: an earlier one changes nothing and is answered alike. Needs the role `user` or `admin`.
#[utoipa::path(
    put, path = "/v1/notifications/read", tag = "notifications", request_body = MarkNotificationsRead,
    params(CommandHeaders),
    responses(
        (status = 204, description = "Marked"),
    ),
    security(("bearer" = [])),
    extensions(("x-problems" = json!(["PositionMustBeReached"]))),
)]
pub(crate) async fn mark_notifications_read(
    State(state): State<crate::State>,
    caller: Caller,
    IdempotencyKey(key): IdempotencyKey,
    context: RequestContext,
    body: StrictJson<MarkNotificationsRead>,
) -> Result<Response, ApiProblem> {
    let account = command::writer(&caller)?.account;
    let read = ReadNotifications { account, until: position(&body.value.until)? };
    let key = command::idempotency(key, "PUT /v1/notifications/read", &body.bytes);
    let execution = command::execution(account, &context, key);
    command::done(state.ready()?, execution, read).await
}

/// A position is spelled like the id of the message that would be there.
fn position(raw: &str) -> Result<Position, ApiProblem> {
    let parsed = raw.parse().map(MessageId::position);
    parsed.map_err(|error: IdError| ApiProblem::new(codes::INVALID_FIELD).field("until", error.to_string()))
}
