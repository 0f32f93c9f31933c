//! What is promised of the data set, for tools that hold it to that.

mod accept;
mod get_contract;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::AppState;

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::default().routes(routes!(get_contract::get_contract))
}
