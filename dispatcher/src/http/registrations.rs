//! Who may register, for operators: invitations, and those who wait for approval.
//!
//! Nothing of this is an event: an account that was not approved was never there.

mod approve_registration;
mod list_invitations;
mod list_registrations;
mod make_invitation;
mod reject_registration;
mod withdraw_invitation;

use http_kit::{ApiProblem, Caller};
use tokens::Role;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::State;

pub(super) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::default()
        .routes(routes!(make_invitation::make_invitation, list_invitations::list_invitations))
        .routes(routes!(withdraw_invitation::withdraw_invitation))
        .routes(routes!(list_registrations::list_registrations))
        .routes(routes!(approve_registration::approve_registration))
        .routes(routes!(reject_registration::reject_registration))
}

fn require_operator(caller: &Caller) -> Result<(), ApiProblem> {
    caller.require_any(&[Role::Operator, Role::Admin])
}
