//! Data sets, taken away in files.

mod body;
mod export_data_set;
mod limits;
mod spool;

use std::sync::Arc;

use http_kit::{Budget, Limits};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::AppState;
pub use limits::ExportLimits;

/// What all exports share. Clones share it.
#[derive(Debug, Clone)]
pub(crate) struct Exports {
    limits: Arc<ExportLimits>,
    under_way: Arc<Budget<i64>>,
}

impl Exports {
    pub(crate) fn new(exports: ExportLimits, limits: &Limits) -> Self {
        let under_way = Budget::new(exports.in_all_max, limits.each(exports.per_account_max));
        Self { limits: Arc::new(exports), under_way }
    }
}

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::default().routes(routes!(export_data_set::export_data_set))
}
