//! From the beginning of a log-in at a provider to the proof that it ended well.

use std::time::Duration;

use api_types::codes;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use event_store::buckets::ATTEMPTS_AGE_MAX;
use http_kit::{ApiProblem, ClientAddress};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use time::OffsetDateTime;
use tokens::oidc::{AuthorizationRequest, CodeRedemption};
use tokens::{TicketError, TicketKind};
use uuid::Uuid;

use crate::credential_store::OidcSubject;
use crate::refusal::Refusal;
use crate::state::State;

use super::log_in::account_of;
use super::proof::{PROOF, Proof};
use super::providers::{count, problem_of};

/// Long enough to find one's phone. What was used up is remembered for longer.
pub(crate) const AUTHORIZATION: TicketKind =
    TicketKind { name: "rookery-oidc-authorization+jwt", lifetime: Duration::from_secs(600) };
const _: () = assert!(AUTHORIZATION.lifetime.as_secs() + 60 < ATTEMPTS_AGE_MAX.as_secs());

const SECRET_BYTES: usize = 32;

/// What the client keeps until it comes back.
#[derive(Serialize, Deserialize)]
struct Authorization {
    id: Uuid,
    provider: String,
    redirect_uri: String,
    /// In base64url. It is in no address, so whoever sees an address, a code in it included, can do nothing with it.
    secret: String,
}

/// Where to send the person, and what the client has to keep.
pub(crate) struct Begun {
    pub(crate) url: String,
    pub(crate) ticket: String,
}

/// What the client came back with.
pub(crate) struct Returned {
    pub(crate) ticket: String,
    /// Where it is.
    pub(crate) redirect_uri: String,
    pub(crate) state: String,
    pub(crate) code: String,
    pub(crate) issuer: Option<String>,
}

/// Somebody who logged in at a provider.
pub(crate) struct Proved {
    pub(crate) ticket: String,
    /// Whether it opens an account.
    pub(crate) is_linked: bool,
}

/// # Errors
/// `oidc-not-configured`, `invalid-field` for a redirect that is not on the provider's list, `oidc-unavailable`.
pub(crate) async fn begin_authorization(
    state: &State,
    provider: &str,
    redirect_uri: String,
    address: ClientAddress,
) -> Result<Begun, Refusal> {
    let known = state.providers().find(provider)?;
    if !known.provider().settings().redirect_uris.contains(&redirect_uri) {
        return Err(Refusal::field("redirectUri", "one of those that the operator allows, letter by letter"));
    }
    let mut secret = [0; SECRET_BYTES];
    rand::fill(&mut secret);
    let secret = URL_SAFE_NO_PAD.encode(secret);
    let authorization =
        Authorization { id: Uuid::now_v7(), provider: provider.to_owned(), redirect_uri, secret };
    let ticket = state.signing_keys().issue_ticket(AUTHORIZATION, &authorization)?;
    let request = AuthorizationRequest {
        redirect_uri: &authorization.redirect_uri,
        state: &authorization.derived("state"),
        nonce: &authorization.derived("nonce"),
        verifier: &authorization.derived("verifier"),
    };
    let url = known.admit(address)?.provider.authorization_url(request).await.map_err(problem_of)?;
    count("begun");
    Ok(Begun { url, ticket })
}

/// # Errors
/// `oidc-authorization-invalid`, `oidc-refused`, `oidc-unavailable`.
pub(crate) async fn prove(
    state: &State,
    returned: Returned,
    address: ClientAddress,
) -> Result<Proved, Refusal> {
    let opened = state.signing_keys().open_ticket(AUTHORIZATION, &returned.ticket).await;
    let authorization: Authorization = opened.map_err(invalid_because)?;
    // Each address is of one provider. Whoever came to another one brings what another provider sent, and the code must
    // not get to this one (RFC 9700 §4.4).
    let is_where_it_began = returned.redirect_uri == authorization.redirect_uri;
    if !is_where_it_began || returned.state != authorization.derived("state") {
        return Err(invalid().into());
    }
    let (ready, now) = (state.ready()?, OffsetDateTime::now_utc());
    let links = &ready.credential_store().oidc_links;
    if links.is_used(authorization.id, now).await? {
        return Err(invalid().into());
    }
    let known = state.providers().find(&authorization.provider)?;
    let redemption = CodeRedemption {
        code: &returned.code,
        issuer: returned.issuer.as_deref(),
        redirect_uri: &authorization.redirect_uri,
        nonce: &authorization.derived("nonce"),
        verifier: &authorization.derived("verifier"),
    };
    let admitted = known.admit(address)?;
    let token = admitted.provider.redeem(redemption).await.map_err(problem_of)?;
    drop(admitted);
    // A provider should take a code once. Here it is good once whatever the provider does.
    if !links.use_up(authorization.id, now).await? {
        return Err(invalid().into());
    }
    let subject = OidcSubject::new(&known.provider().settings().issuer, &token.subject);
    let proof = Proof { subject, provider: authorization.provider };
    count("proved");
    let is_linked = account_of(&ready, &proof.subject).await?.is_some();
    Ok(Proved { ticket: state.signing_keys().issue_ticket(PROOF, &proof)?, is_linked })
}

impl Authorization {
    /// What the secret gives for a purpose. Nobody can get from one of them to another.
    fn derived(&self, purpose: &str) -> String {
        let digest = Sha256::new().chain_update(purpose).chain_update([0]).chain_update(&self.secret);
        URL_SAFE_NO_PAD.encode(digest.finalize())
    }
}

fn invalid() -> ApiProblem {
    count("invalid");
    ApiProblem::new(codes::OIDC_AUTHORIZATION_INVALID)
}

fn invalid_because(error: TicketError) -> ApiProblem {
    match error {
        TicketError::Invalid | TicketError::Expired => invalid(),
        TicketError::KeysUnavailable(error) => ApiProblem::unavailable(error),
    }
}
