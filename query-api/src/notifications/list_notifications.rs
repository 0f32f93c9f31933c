use api_types::notifications::{Notification, NotificationKind, Notifications};
use axum::extract::State;
use axum::response::Response;
use data_set::read::{self, At, NotificationRow, NotificationRows};
use http_kit::{ApiProblem, Reader};

use crate::AppState;
use crate::conditions::ReadHeaders;
use crate::paging::{ListQuery, PageParameters};
use crate::refusal::Refusal;
use crate::view;

/// Lists what others did to the caller, newest first, and counts what of it is not read.
///
/// What is undone or deleted is not listed any more. `unread` is about all notifications, not about the page; it is
/// counted up to 1,000. Paged as `GET /v1/messages`.
#[utoipa::path(
    get,
    path = "/v1/notifications",
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
    query: ListQuery,
) -> Result<Response, Refusal> {
    let query = query.of_caller(&caller);
    let (after, limit) = query.bounds()?;
    let read = || read::list_notifications(&state.pool, caller.account, after, limit);
    let At { position, value: NotificationRows { page, unread } } =
        state.positions.answer(&query.conditions.awaited, read).await?;
    let items = page.items.into_iter().map(notification).collect::<Result<_, _>>()?;
    query.answer(&At { position, value: Notifications { items, unread } }, page.next.map(|key| ("next", key)))
}

pub(crate) fn notification(row: NotificationRow) -> Result<Notification, ApiProblem> {
    Ok(Notification {
        position: row.position.to_string(),
        kind: kind(&row.kind)?,
        account: view::account_entry(row.actor),
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
        "moderated" => Ok(NotificationKind::Moderated),
        newer => Err(ApiProblem::internal(format!("the database knows notifications of the kind {newer}"))),
    }
}
