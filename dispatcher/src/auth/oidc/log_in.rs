//! A session for somebody who logged in at a provider.

use api_types::codes;
use domain::AccountId;
use http_kit::ApiProblem;

use crate::credential_store::{Factor, OidcSubject};
use crate::refusal::Refusal;
use crate::state::{Ready, State};
use crate::stores::Standing;

use super::proof::open_proof;
use crate::auth::log_in::accept_code;
use crate::auth::open_session::{LoggedIn, Owner, ProvedBy, Visitor, open_session};

/// The account's second factor is asked for as with a password: what the provider asked for, this system does not know.
///
/// # Errors
/// `oidc-proof-invalid`, `oidc-not-linked`, and as with a password once the owner is known.
pub(crate) async fn log_in_by_proof(
    state: &State,
    proof: &str,
    otp: Option<&str>,
    visitor: Visitor,
) -> Result<LoggedIn, Refusal> {
    let subject = open_proof(state, proof).await?.subject;
    let ready = state.ready()?;
    let store = ready.credential_store();
    let Some((account, standing)) = account_of(&ready, &subject).await? else {
        metrics::counter!("dispatcher_logins_total", "outcome" => "refused").increment(1);
        return Err(ApiProblem::new(codes::OIDC_NOT_LINKED).into());
    };
    if let Factor::On { .. } = store.second_factors.get(account).await? {
        let otp = otp.ok_or_else(|| ApiProblem::new(codes::OTP_REQUIRED))?;
        accept_code(store, account, otp).await?;
    }
    if let Standing::Suspended(reason) = standing {
        metrics::counter!("dispatcher_logins_total", "outcome" => "suspended").increment(1);
        return Err(Refusal::suspended(reason));
    }
    let owner = Owner { account, proved_by: ProvedBy::Oidc(subject) };
    open_session(state, &ready, &owner, visitor).await
}

/// The account that the subject opens, unless it was given up or was never registered.
pub(super) async fn account_of(
    ready: &Ready,
    subject: &OidcSubject,
) -> Result<Option<(AccountId, Standing)>, Refusal> {
    let Some(account) = ready.credential_store().oidc_links.account_of(subject).await? else {
        return Ok(None);
    };
    let standing = ready.executor().standing(account).await?;
    let is_there = matches!(standing, Standing::Active { .. } | Standing::Suspended(_));
    Ok(is_there.then_some((account, standing)))
}
