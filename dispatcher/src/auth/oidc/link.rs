//! Linking a log-in at a provider with an account that is there, and taking that away.

use api_types::codes;
use domain::AccountId;
use http_kit::ApiProblem;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::credential_store::{OidcLink, OidcOwner, OidcSubject, PasswordHash, RESERVED_FOR, Unlinked};
use crate::refusal::Refusal;
use crate::state::{Ready, State};
use crate::stores::Standing;

use super::proof::Proof;

/// How often others may be faster.
const TRIES_MAX: usize = 5;

/// Links the subject of the proof with the account. Repeating it does no harm.
///
/// # Errors
/// `oidc-linked` where it opens another account, `too-many-oidc-links`, and `conflict` where somebody may be registering
/// with it at this moment.
pub(crate) async fn link(state: &State, account: AccountId, proof: Proof) -> Result<OidcLink, Refusal> {
    let (ready, now) = (state.ready()?, OffsetDateTime::now_utc());
    let links = &ready.credential_store().oidc_links;
    let link = OidcLink { subject: proof.subject, provider: proof.provider, linked_at: now };
    let mut instead_of = require_free(&ready, account, &link.subject, now).await?;
    if !links.add(account, &link).await? {
        return Err(ApiProblem::new(codes::TOO_MANY_OIDC_LINKS).into());
    }
    for _ in 0..TRIES_MAX {
        if links.own(&link.subject, instead_of, account, now).await? == account {
            let known = links.list(account).await?;
            return Ok(known.into_iter().find(|known| known.subject == link.subject).unwrap_or(link));
        }
        match require_free(&ready, account, &link.subject, now).await {
            Ok(other) => instead_of = other,
            Err(refusal) => {
                links.give_up(account, &link.subject).await?;
                return Err(refusal);
            }
        }
    }
    links.give_up(account, &link.subject).await?;
    Err(ApiProblem::new(codes::CONFLICT).into())
}

/// The owner that gives way: an account that was given up, or that does not list the subject any more.
async fn require_free(
    ready: &Ready,
    account: AccountId,
    subject: &OidcSubject,
    now: OffsetDateTime,
) -> Result<Option<OidcOwner>, Refusal> {
    let links = &ready.credential_store().oidc_links;
    let Some(owner) = links.owner(subject).await? else { return Ok(None) };
    if owner.account == account {
        return Ok(Some(owner));
    }
    match ready.executor().standing(owner.account).await? {
        Standing::Active { .. } | Standing::Suspended(_) if links.has(owner.account, subject).await? => {
            Err(ApiProblem::new(codes::OIDC_LINKED).into())
        }
        Standing::Unregistered if now - owner.since < RESERVED_FOR => Err(ApiProblem::new(codes::CONFLICT)
            .detail(
                "Somebody began to register with this log-in. Nothing was done; try again in some minutes.",
            )
            .into()),
        _ => Ok(Some(owner)),
    }
}

/// Takes a link away, and ends all other sessions: whoever came in by it is out. A repetition is answered like the first
/// time.
///
/// # Errors
/// `last-way-in` where nobody could log in to the account any more.
pub(crate) async fn unlink(
    state: &State,
    account: AccountId,
    link: &str,
    session: Uuid,
) -> Result<(), Refusal> {
    let ready = state.ready()?;
    let store = ready.credential_store();
    let hash = store.credentials.get(account).await?;
    let has_password = hash.as_ref().is_some_and(PasswordHash::is_of_password);
    // The link first, so that nobody who is thrown out comes back by it.
    match store.oidc_links.remove(account, link, has_password).await? {
        Unlinked::LastWayIn => Err(ApiProblem::new(codes::LAST_WAY_IN).into()),
        Unlinked::Done | Unlinked::NotThere => state.end_sessions_except(account, Some(session)).await,
    }
}
