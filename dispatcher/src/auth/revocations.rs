//! Which tokens are void, as this process knows it and as it makes them so.
//!
//! What lies in the bucket is read every second, so a change by another dispatcher is known within that time; one of
//! this process is known when its request is answered. Other services learn it from the internal route.

use std::sync::{Arc, OnceLock};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use domain::{AccountId, Sequence};
use event_store::{Bucket, BucketError};
use fail_points::planted;
use futures::future::try_join_all;
use service_kit::Chain;
use tokens::{REVOCATION_PARTS, RevocationPart, RevocationsDocument, RevokeError};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::credential_store;

const FOLLOW_PERIOD: Duration = Duration::from_secs(1);

#[derive(Debug, Clone)]
pub(crate) struct Revocations {
    opened: Arc<OnceLock<Opened>>,
    /// What the verification of tokens looks at.
    known: Arc<tokens::Revocations>,
}

#[derive(Debug)]
struct Opened {
    store: credential_store::Revocations,
    lineage: String,
}

impl Revocations {
    pub(crate) fn new(known: Arc<tokens::Revocations>) -> Self {
        Self { opened: Arc::default(), known }
    }

    /// Reads everything for the first time.
    pub(crate) async fn open(
        &self,
        store: credential_store::Revocations,
        lineage: &str,
    ) -> Result<(), BucketError> {
        store.ensure().await?;
        self.opened.get_or_init(|| Opened { store, lineage: lineage.to_owned() });
        self.read_all().await
    }

    /// Keeps up with the bucket until the token is cancelled. What is known stays while the bucket cannot be reached.
    pub(crate) async fn follow(&self, token: CancellationToken) {
        while token.run_until_cancelled(tokio::time::sleep(FOLLOW_PERIOD)).await.is_some() {
            if let Err(error) = self.read_all().await {
                tracing::debug!(error = %Chain(&error), "the revocations could not be read again");
            }
            metrics::gauge!("dispatcher_revocations")
                .set(u32::try_from(self.known.entries()).map_or(f64::MAX, f64::from));
        }
    }

    /// What somebody who knows these revisions has to learn; nothing before the log was opened.
    pub(crate) fn changed_since(&self, lineage: &str, revisions: &[u64]) -> Option<RevocationsDocument> {
        self.opened.get().map(|_| self.known.changed_since(lineage, revisions))
    }

    /// Voids the access tokens of single sessions. The sessions are over already, so that nothing new is issued.
    pub(crate) async fn end_sessions(
        &self,
        account: AccountId,
        sessions: &[Uuid],
    ) -> Result<(), BucketError> {
        if sessions.is_empty() {
            return Ok(());
        }
        self.change(account, |part, now| part.end_sessions(account.get(), sessions, now)).await
    }

    /// Voids the access tokens of all sessions but one. `ended` are those that are known: a token of theirs may have
    /// been issued by a dispatcher whose clock is ahead.
    pub(crate) async fn end_all_sessions(
        &self,
        account: AccountId,
        ended: &[Uuid],
        except: Option<Uuid>,
    ) -> Result<(), BucketError> {
        self.change(account, |part, now| {
            part.end_sessions(account.get(), ended, now);
            part.end_sessions_before(account.get(), except, now);
        })
        .await
    }

    /// Voids what was issued to the account's sessions before a decision about it, unless another dispatcher has.
    pub(crate) async fn heed_decision(
        &self,
        account: AccountId,
        decision: Sequence,
        ended: &[Uuid],
    ) -> Result<(), BucketError> {
        self.change(account, |part, now| part.heed_decision(account.get(), decision.get(), ended, now)).await
    }

    pub(crate) async fn revoke_token(
        &self,
        account: AccountId,
        token: Uuid,
        expires: u64,
    ) -> Result<Result<(), RevokeError>, BucketError> {
        self.change(account, |part, now| part.revoke_token(account.get(), token, expires, now)).await
    }

    pub(crate) async fn revoke_personal_tokens(
        &self,
        account: AccountId,
        tokens: &[Uuid],
        expires: u64,
    ) -> Result<(), BucketError> {
        self.change(account, |part, now| part.revoke_personal_tokens(account.get(), tokens, expires, now))
            .await
    }

    /// Whether a new personal token of the account could be revoked again.
    pub(crate) async fn has_room(&self, account: AccountId) -> Result<bool, BucketError> {
        let (part, _) = self.store()?.read(tokens::Revocations::part_of(account.get())).await?;
        Ok(part.has_room_for_tokens())
    }

    pub(crate) async fn note_leaving(&self, account: AccountId) -> Result<(), BucketError> {
        self.change(account, |part, now| part.note_leaving(account.get(), now)).await
    }

    pub(crate) async fn forget_leaving(&self, account: AccountId) -> Result<(), BucketError> {
        self.change(account, |part, now| part.forget_leaving(account.get(), now)).await
    }

    /// Accounts that were about to be given up for longer than that, as far as this process knows.
    pub(crate) fn leaving_for(&self, time: Duration) -> Vec<AccountId> {
        let since = (now_millis() / 1_000).saturating_sub(time.as_secs());
        self.known.leaving_since(since).into_iter().filter_map(AccountId::from_i64).collect()
    }

    async fn change<R: Send>(
        &self,
        account: AccountId,
        mut edit: impl FnMut(&mut RevocationPart, u64) -> R + Send,
    ) -> Result<R, BucketError> {
        let now = now_millis();
        let result = self.store()?.change(account, |part| edit(part, now)).await?;
        // Known here at once; others learn it within their period.
        self.read(tokens::Revocations::part_of(account.get())).await?;
        Ok(result)
    }

    async fn read_all(&self) -> Result<(), BucketError> {
        if planted("revocations-unread") {
            return Ok(());
        }
        try_join_all((0..REVOCATION_PARTS).map(|number| self.read(number))).await.map(drop)
    }

    async fn read(&self, number: usize) -> Result<(), BucketError> {
        let Some(Opened { store, lineage }) = self.opened.get() else { return Err(unopened()) };
        let (part, revision) = store.read(number).await?;
        self.known.replace(lineage, number, revision, part);
        Ok(())
    }

    fn store(&self) -> Result<&credential_store::Revocations, BucketError> {
        self.opened.get().map(|opened| &opened.store).ok_or_else(unopened)
    }
}

/// Revokes one token of an account, for an operator's tool. The token expires at that second.
///
/// # Errors
/// When the bucket cannot be reached, or the account has too many revoked tokens.
pub async fn revoke_token(
    bucket: Arc<dyn Bucket>,
    account: AccountId,
    token: Uuid,
    expires: u64,
) -> Result<(), RevokeTokenError> {
    let (store, now) = (credential_store::Revocations::new(bucket), now_millis());
    store.change(account, |part| part.revoke_token(account.get(), token, expires, now)).await??;
    Ok(())
}

#[derive(Debug, thiserror::Error)]
pub enum RevokeTokenError {
    #[error(transparent)]
    CredentialStore(#[from] BucketError),
    #[error(transparent)]
    TooMany(#[from] RevokeError),
}

fn unopened() -> BucketError {
    let reason = event_store::Cause::new("the log has not been opened yet");
    BucketError::Unavailable { bucket: "REVOCATIONS".to_owned(), reason }
}

fn now_millis() -> u64 {
    // A clock before 1970 voids nothing and is noticed elsewhere.
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}
