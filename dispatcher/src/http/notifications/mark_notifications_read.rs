//! `PUT /v1/notifications/read`.

use api_types::accounts::MarkNotificationsRead;
use axum::extract::State;
use axum::response::Response;
use domain::{IdError, MessageId, Position};
use http_kit::{Caller, StrictJson};

use crate::commands::ReadNotifications;
use crate::http::command::{self, CommandRequest};
use crate::http::documentation::CommandHeaders;
use crate::refusal::Refusal;

/// Marks the caller's notifications as read, up to a position.
///
/// The furthest read marker counts: an earlier one changes nothing and is answered alike. Needs the role `user` or
/// `admin`.
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
    request: CommandRequest,
    body: StrictJson<MarkNotificationsRead>,
) -> Result<Response, Refusal> {
    let actor = command::writer(&caller)?;
    let read = ReadNotifications { account: actor.account, until: position(&body.value.until)? };
    command::done(state.ready()?, request.execution(actor, &body.bytes), read).await
}

/// A position is spelled like the id of the message that would be there.
fn position(raw: &str) -> Result<Position, Refusal> {
    let parsed = raw.parse().map(MessageId::position);
    parsed.map_err(|error: IdError| Refusal::field("until", error.to_string()))
}
