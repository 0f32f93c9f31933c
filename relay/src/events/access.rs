//! Who may take events.

use http_kit::{ApiProblem, Caller};
use tokens::Role;

/// # Errors
/// `role-required`.
pub(super) fn may_take_events(caller: &Caller) -> Result<(), ApiProblem> {
    caller.require_any(&[Role::Consumer, Role::Operator, Role::Admin])
}
