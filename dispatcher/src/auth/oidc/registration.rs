//! An account for somebody who is known to a provider, and has no password.

use std::sync::Arc;

use api_types::codes;
use domain::AccountId;
use domain::account::AccountRejection;
use futures::future::BoxFuture;
use http_kit::ApiProblem;
use time::OffsetDateTime;

use crate::auth::credential::{InvitationUse, say};
use crate::commands::{CredentialError, KeepCredential, Registrar};
use crate::credential_store::{CredentialStore, OidcLink, PasswordHash};
use crate::decision::{AccountOutcome, ExecuteError};
use crate::executor::Executed;
use crate::refusal::Refusal;
use crate::state::Ready;
use crate::stores::Standing;

use super::log_in::account_of;
use super::proof::Proof;

/// Ids that are drawn for one account, and how often others may be faster.
const DRAWS_MAX: usize = 5;

/// What an account without a password is opened by.
///
/// It is kept before the registration is appended, and stays where that is refused: the subject's next try goes on with
/// the same id, so there is one such rest per person at a provider. It opens nothing without the account.
#[derive(Debug)]
pub(crate) struct OidcCredential {
    store: CredentialStore,
    proof: Proof,
    invitation: Option<InvitationUse>,
}

/// Under which id somebody registers.
enum Reserved {
    Free(AccountId),
    /// The subject opens that account already.
    Taken(AccountId),
}

/// Registers under the id that is meant for the subject. `run` carries the command out.
///
/// # Errors
/// `oidc-linked` where the subject has an account, and as the command is refused.
pub(crate) async fn register<F>(
    ready: &Ready,
    credential: OidcCredential,
    run: impl Fn(AccountId, Registrar) -> F,
) -> Result<Executed<AccountOutcome>, Refusal>
where
    F: Future<Output = Result<Executed<AccountOutcome>, ExecuteError<AccountRejection>>>,
{
    let credential = Arc::new(credential);
    for _ in 0..DRAWS_MAX {
        let reserved = reserve(ready, &credential.proof).await?;
        let (Reserved::Free(account) | Reserved::Taken(account)) = reserved;
        let executed = run(account, Registrar::Newcomer(Arc::clone(&credential) as _)).await;
        match (reserved, executed) {
            // A repetition under the same key still gets the first answer.
            (Reserved::Taken(_), Err(ExecuteError::Rejected(_))) => {
                return Err(ApiProblem::new(codes::OIDC_LINKED).into());
            }
            (Reserved::Free(_), Err(ExecuteError::Rejected(AccountRejection::AccountMustBeNew))) => {}
            (_, executed) => return Ok(executed?),
        }
    }
    Err(Refusal::rejected(&AccountRejection::AccountMustBeNew))
}

/// # Errors
/// `oidc-linked` where the subject has an account.
pub(crate) async fn require_unlinked(ready: &Ready, proof: &Proof) -> Result<(), Refusal> {
    match account_of(ready, &proof.subject).await? {
        Some(_) => Err(ApiProblem::new(codes::OIDC_LINKED).into()),
        None => Ok(()),
    }
}

async fn reserve(ready: &Ready, proof: &Proof) -> Result<Reserved, Refusal> {
    let (store, executor) = (ready.credential_store(), ready.executor());
    let (links, own) = (&store.oidc_links, PasswordHash::of_nothing(proof.subject.as_str()));
    for _ in 0..DRAWS_MAX {
        let now = OffsetDateTime::now_utc();
        let owner = links.owner(&proof.subject).await?;
        if let Some(owner) = owner {
            let account = owner.account;
            match executor.standing(account).await? {
                Standing::Active { .. } | Standing::Suspended(_)
                    if links.has(account, &proof.subject).await? =>
                {
                    return Ok(Reserved::Taken(account));
                }
                // An earlier try of the same subject, or one at the same moment.
                Standing::Unregistered
                    if store.credentials.get(account).await?.is_none_or(|known| known == own) =>
                {
                    return Ok(Reserved::Free(account));
                }
                _ => {}
            }
        }
        let drawn = executor.draw_account(now);
        let drawn = drawn.ok_or_else(|| ApiProblem::internal("the clock is outside of 2025 to 2161"))?;
        if links.own(&proof.subject, owner, drawn, now).await? == drawn {
            return Ok(Reserved::Free(drawn));
        }
    }
    Err(ApiProblem::new(codes::CONFLICT).into())
}

impl OidcCredential {
    pub(crate) fn new(store: CredentialStore, proof: Proof, invitation: Option<InvitationUse>) -> Self {
        Self { store, proof, invitation }
    }

    async fn keep_own(&self, account: AccountId) -> Result<bool, Refusal> {
        if let Some(invitation) = &self.invitation {
            invitation.take().await?;
        }
        let Self { store, proof: Proof { subject, provider }, .. } = self;
        let now = OffsetDateTime::now_utc();
        // Once more, so that nobody takes the id for one that was left behind.
        if store.oidc_links.own(subject, None, account, now).await? != account {
            return Ok(false);
        }
        if !store.credentials.put_first(account, &PasswordHash::of_nothing(subject.as_str())).await? {
            return Ok(false);
        }
        let link = OidcLink { subject: subject.clone(), provider: provider.clone(), linked_at: now };
        Ok(store.oidc_links.add(account, &link).await?)
    }
}

impl KeepCredential for OidcCredential {
    fn keep(&self, account: AccountId) -> BoxFuture<'_, Result<bool, CredentialError>> {
        Box::pin(async move {
            self.keep_own(account).await.map_err(|refusal| CredentialError::from(ApiProblem::from(refusal)))
        })
    }

    fn forget(&self, _account: AccountId) -> BoxFuture<'_, ()> {
        Box::pin(async move {
            if let Some(invitation) = &self.invitation {
                say(invitation.give_back().await);
            }
        })
    }
}
