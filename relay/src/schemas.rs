//! The schema of each type of events.

mod get_schema;
mod list_schemas;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::AppState;

/// They change with the program alone.
const CACHED: &str = "public, max-age=300";

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::default()
        .routes(routes!(list_schemas::list_schemas))
        .routes(routes!(get_schema::get_schema))
}
