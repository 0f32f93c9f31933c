//! Commands on accounts.

pub(super) mod allowed_handle;
mod change_password;
mod change_profile;
mod deactivate_account;
pub(super) mod draw;
pub(super) mod register_account;
pub(super) mod request_registration;
pub(super) mod way_in;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::State;

pub(super) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::default()
        .routes(routes!(register_account::register_account))
        .routes(routes!(change_profile::change_profile, deactivate_account::deactivate_account))
        .routes(routes!(change_password::change_password))
}
