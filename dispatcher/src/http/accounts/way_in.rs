//! How the installation lets people in who want an account.

use api_types::codes;
use http_kit::ApiProblem;

use crate::State;
use crate::auth::InvitationUse;
use crate::settings::Registration;
use crate::state::Ready;

pub(in crate::http) enum WayIn {
    /// With an invitation, where one is needed.
    AtOnce(Option<InvitationUse>),
    /// Once an operator approves.
    Approval,
}

/// # Errors
/// `registration-closed`, and `invitation-invalid` where one is needed and none was given. Whether it is good shows when
/// it is used.
pub(in crate::http) fn way_in(
    state: &State,
    ready: &Ready,
    invitation: Option<String>,
) -> Result<WayIn, ApiProblem> {
    match state.settings().registration {
        Registration::Closed => Err(ApiProblem::new(codes::REGISTRATION_CLOSED)),
        Registration::Approval => Ok(WayIn::Approval),
        Registration::Open => Ok(WayIn::AtOnce(None)),
        Registration::Invitation => {
            let code = invitation.ok_or_else(|| ApiProblem::new(codes::INVITATION_INVALID))?;
            let invitations = ready.credential_store().invitations.clone();
            Ok(WayIn::AtOnce(Some(InvitationUse::new(invitations, code))))
        }
    }
}
