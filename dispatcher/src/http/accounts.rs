//! Commands on accounts.

mod change_password;
mod change_profile;
mod deactivate_account;
pub(super) mod draw;
mod register_account;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::State;

pub(super) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::default()
        .routes(routes!(register_account::register_account))
        .routes(routes!(change_profile::change_profile, deactivate_account::deactivate_account))
        .routes(routes!(change_password::change_password))
}
