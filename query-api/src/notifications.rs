//! What others did to the caller.

mod list_notifications;

pub(crate) use list_notifications::notification;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::AppState;

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::default().routes(routes!(list_notifications::list_notifications))
}
