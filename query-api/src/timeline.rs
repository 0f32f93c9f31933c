//! Home timelines, what is new in them, and what a single account showed. All are ordered by position.

mod cursor;
mod get_timeline;
mod get_updates;
mod list_account_items;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::AppState;

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::default()
        .routes(routes!(get_timeline::get_timeline))
        .routes(routes!(get_updates::get_updates))
        .routes(routes!(list_account_items::list_account_items))
}
