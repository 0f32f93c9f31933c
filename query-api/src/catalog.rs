//! What data sets there are: for programs of ours as JSON, for everybody's catalogues as DCAT.

mod apis;
mod dcat;
mod describe;
mod get_catalog;
mod get_catalog_jsonld;
mod public_url;
mod settings;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::AppState;
pub use settings::CatalogSettings;

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::default()
        .routes(routes!(get_catalog::get_catalog))
        .routes(routes!(get_catalog_jsonld::get_catalog_jsonld))
}
