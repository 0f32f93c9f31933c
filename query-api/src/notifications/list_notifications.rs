use api_types::notifications::{Notification, NotificationKind, Notifications};
use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse, Response};
use data_set::read::{self, NotificationRow};
use http_kit::etag::Conditional;
use http_kit::position::{AwaitPosition, DataPosition};
use http_kit::query::StrictQuery;
use http_kit::{ApiProblem, Reader};

use crate::AppState;
use crate::accounts::represent;
use crate::openapi::ReadHeaders;
use crate::paging::PageParameters;
use crate::refusal::Refusal;

/// Lists what others did to the caller, newest first, and counts what of it is not read.
///
/// What is undone or deleted is not listed any more. `unread` is about all notifications, not about the page; it is
/// counted up to 1,000. Paged as `GET /v1/messages`.
#[utoipa::path(
    get,
    path = "/v1/notifications",
    operation_id = "list_notifications",
    tag = "notifications",
    security(("bearer" = [])),
    params(PageParameters, ReadHeaders),
    responses(
        (status = 200, description = "A page of notifications.", body = Notifications, headers(("Link" = String))),
    ),
)]
pub(crate) async fn list_notifications(
    State(state): State<AppState>,
    Reader(caller): Reader,
    StrictQuery(query): StrictQuery<PageParameters>,
    RawQuery(raw): RawQuery,
    awaited: AwaitPosition,
    conditional: Conditional,
) -> Result<Response, Refusal> {
    let account = caller.account;
    // The same address is another list for everybody.
    let list = state.list("/v1/notifications").narrowed_to(account.to_be_bytes().to_vec());
    let (after, limit) = query.asked(&list)?;
    let read = || read::list_notifications(&state.pool, account, after, limit);
    let found = state.positions.answer(&awaited, read).await?;
    let link = list.next(raw.as_deref(), found.value.page.next);
    let items = found.value.page.items.into_iter().map(notification).collect::<Result<_, _>>()?;
    let body = conditional.json(&Notifications { items, unread: found.value.unread })?;
    Ok((DataPosition(found.position), awaited.preference_applied(), link, body).into_response())
}

fn notification(row: NotificationRow) -> Result<Notification, ApiProblem> {
    Ok(Notification {
        position: row.position.to_string(),
        kind: kind(&row.kind)?,
        account: represent::entry(row.actor),
        message: row.message.map(|id| id.to_string()),
        created_at: row.notified_at,
        read: row.is_read,
    })
}

fn kind(word: &str) -> Result<NotificationKind, ApiProblem> {
    match word {
        "followed" => Ok(NotificationKind::Followed),
        "liked" => Ok(NotificationKind::Liked),
        "reposted" => Ok(NotificationKind::Reposted),
        "replied" => Ok(NotificationKind::Replied),
        newer => Err(ApiProblem::internal(format!("the database knows notifications of the kind {newer}"))),
    }
}
