//! Commands on accounts.

mod allowed_handle;
mod change_password;
mod change_profile;
mod deactivate_account;
pub(super) mod draw;
pub(super) mod register_account;
mod request_registration;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::State;

pub(super) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::default()
        .routes(routes!(register_account::register_account))
        .routes(routes!(change_profile::change_profile, deactivate_account::deactivate_account))
        .routes(routes!(change_password::change_password))
}
