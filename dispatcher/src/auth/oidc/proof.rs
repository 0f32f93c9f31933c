//! Who somebody is at a provider, as this system found out a moment ago.

use std::time::Duration;

use api_types::codes;
use http_kit::ApiProblem;
use serde::{Deserialize, Serialize};
use tokens::{TicketError, TicketKind};

use crate::credential_store::OidcSubject;
use crate::state::State;

/// Long enough to choose a handle, or to find the authenticator.
pub(crate) const PROOF: TicketKind =
    TicketKind { name: "rookery-oidc-proof+jwt", lifetime: Duration::from_secs(600) };

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Proof {
    pub(crate) subject: OidcSubject,
    pub(crate) provider: String,
}

/// # Errors
/// `oidc-proof-invalid`.
pub(crate) async fn open_proof(state: &State, ticket: &str) -> Result<Proof, ApiProblem> {
    state.signing_keys().open_ticket(PROOF, ticket).await.map_err(|error| match error {
        TicketError::Invalid | TicketError::Expired => ApiProblem::new(codes::OIDC_PROOF_INVALID),
        TicketError::KeysUnavailable(error) => ApiProblem::unavailable(error),
    })
}
