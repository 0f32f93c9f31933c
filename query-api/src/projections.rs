//! How far the data reflects the log.

mod list_projections;
pub(crate) mod status;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::AppState;

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::default().routes(routes!(list_projections::list_projections))
}
