//! Commands on notifications.

mod mark_notifications_read;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::State;

pub(super) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::default().routes(routes!(mark_notifications_read::mark_notifications_read))
}
