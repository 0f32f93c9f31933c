//! Ending sessions, and clearing away what an account leaves behind.
//!
//! A session ends in two writes: its family first, so that nothing new is issued for it, then the access tokens that
//! were. A process that dies in between leaves tokens that expire within the hour, and a caller without an answer, who
//! repeats.

use std::time::Duration;

use domain::AccountId;
use http_kit::ApiProblem;
use time::OffsetDateTime;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::refusal::Refusal;
use crate::state::State;
use crate::stores::Standing;

/// How long a deactivation may be under way before somebody else finishes what it began.
const LEAVING_MAX: Duration = Duration::from_secs(60);
const FINISH_PERIOD: Duration = Duration::from_secs(10);

impl State {
    /// Ends a session at once. Repeating it does no harm.
    pub(crate) async fn end_session(&self, account: AccountId, session: Uuid) -> Result<bool, Refusal> {
        let was_there = self.ready()?.credential_store().sessions.end(account, session).await?;
        self.revocations().end_sessions(account, &[session]).await?;
        Ok(was_there)
    }

    /// Ends all sessions of the account at once but one, if one is given. Repeating it does no harm.
    pub(crate) async fn end_sessions_except(
        &self,
        account: AccountId,
        except: Option<Uuid>,
    ) -> Result<(), Refusal> {
        let ended = self.ready()?.credential_store().sessions.end_all(account, except).await?;
        Ok(self.revocations().end_all_sessions(account, &ended, except).await?)
    }

    /// Ends all sessions of the account at once. Repeating it does no harm.
    ///
    /// # Errors
    /// `unavailable` when the credential store cannot be reached.
    pub async fn end_all_sessions(&self, account: AccountId) -> Result<(), ApiProblem> {
        Ok(self.end_sessions_except(account, None).await?)
    }

    /// Revokes all personal tokens of the account at once. Repeating it does no harm.
    pub(crate) async fn revoke_personal_tokens(&self, account: AccountId) -> Result<(), Refusal> {
        let (ready, now) = (self.ready()?, OffsetDateTime::now_utc());
        let kept = &ready.credential_store().personal_tokens;
        let tokens = kept.list(account, now).await?;
        let Some(last) = tokens.iter().map(|token| token.expires_at).max() else { return Ok(()) };
        let ids: Vec<Uuid> = tokens.iter().map(|token| token.id).collect();
        // Void first, then forgotten: one that is made meanwhile is newer than the moment, and stays.
        let expires = last.unix_timestamp().unsigned_abs();
        self.revocations().revoke_personal_tokens(account, &ids, expires).await?;
        Ok(kept.remove(account, &ids, now).await?)
    }

    /// Ends what a suspended account could go on with: its sessions, which are told, and its personal tokens. Repeating it
    /// does no harm.
    pub(super) async fn end_what_lasts(&self, account: AccountId) -> Result<Vec<Uuid>, Refusal> {
        self.revoke_personal_tokens(account).await?;
        Ok(self.ready()?.credential_store().sessions.end_all(account, None).await?)
    }

    /// Clears away what an account that was given up proved itself with. Repeating it does no harm; the note that the
    /// account is leaving goes last, so that somebody finishes what was begun.
    pub(crate) async fn clear_away(&self, account: AccountId) -> Result<(), ApiProblem> {
        // First, so that a log-in under way sees it after it has opened its session.
        self.delete_credential(account).await?;
        self.end_all_sessions(account).await?;
        self.revoke_personal_tokens(account).await?;
        self.forget_owner(account).await?;
        Ok(self.revocations().forget_leaving(account).await.map_err(Refusal::from)?)
    }

    async fn forget_owner(&self, account: AccountId) -> Result<(), Refusal> {
        let ready = self.ready()?;
        let store = ready.credential_store();
        store.places.forget(account).await?;
        store.addresses.forget(account).await?;
        store.oidc_links.forget(account).await?;
        Ok(store.second_factors.forget(account).await?)
    }

    /// Finishes deactivations that another process, or a lost answer, left half done, until the token is cancelled.
    pub(crate) async fn finish_deactivations(&self, token: CancellationToken) {
        while token.run_until_cancelled(tokio::time::sleep(FINISH_PERIOD)).await.is_some() {
            for account in self.revocations().leaving_for(LEAVING_MAX) {
                if let Err(problem) = self.finish_deactivation(account).await {
                    tracing::debug!(%problem, "an account that was given up leaves something for now");
                }
            }
        }
    }

    async fn finish_deactivation(&self, account: AccountId) -> Result<(), ApiProblem> {
        let standing = self.ready()?.executor().standing(account).await.map_err(Refusal::from)?;
        match standing {
            // It was refused, or never reached the log.
            Standing::Active { .. } | Standing::Suspended(_) => {
                Ok(self.revocations().forget_leaving(account).await.map_err(Refusal::from)?)
            }
            Standing::Unregistered | Standing::Deactivated => self.clear_away(account).await,
        }
    }
}
