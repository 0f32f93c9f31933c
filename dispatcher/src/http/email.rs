//! An account's e-mail address, and a new password by mail for who has lost the old one.
//!
//! An address is the account's once a code that was mailed to it comes back. Who asks for a new password learns nothing:
//! whose handle it is, and whether there is an address, is looked up after the answer.

mod confirm_email;
mod get_email;
mod request_password_reset;
mod reset_password;
mod set_email;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::State;

pub(super) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::default()
        .routes(routes!(get_email::get_email, set_email::set_email))
        .routes(routes!(confirm_email::confirm_email))
        .routes(routes!(request_password_reset::request_password_reset))
        .routes(routes!(reset_password::reset_password))
}
