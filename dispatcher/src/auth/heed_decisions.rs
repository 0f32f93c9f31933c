//! What moderators and operators decided, taken out of the tokens that were issued before.
//!
//! An operator's tool appends to the log and reaches nothing else, and a dispatcher may die between a decision and what
//! follows from it. So every dispatcher heeds what passes in the log, and at its start what passed within the last day.
//! The first one makes the tokens void; for the others it is done.

use std::time::Duration;

use domain::{Event, ModerationAction, ModerationEvent, Sequence};
use event_store::{Usage, known};
use http_kit::ApiProblem;
use time::OffsetDateTime;
use tokens::SESSION_TOKEN_LIFETIME;
use tokio_util::sync::CancellationToken;

use crate::refusal::Refusal;
use crate::state::State;
use crate::stores::Standing;

/// Before the next try where the log or what lies beside it is away.
const PAUSE: Duration = Duration::from_secs(1);
/// Older decisions are in no token any more. With a minute, by which clocks may differ.
const IN_TOKENS_MAX: Duration = Duration::from_secs(SESSION_TOKEN_LIFETIME.as_secs() + 60);

impl State {
    /// Heeds decisions until the token is cancelled.
    pub(crate) async fn heed_decisions(&self, token: CancellationToken) {
        let Some(usage) = self.opened().and_then(|opened| opened.log.usage()) else { return };
        token.run_until_cancelled(self.heed_all(&usage)).await;
    }

    async fn heed_all(&self, usage: &Usage) {
        loop {
            let decision = usage.decision().await;
            match self.heed(decision).await {
                Ok(()) => usage.heeded(decision),
                Err(problem) => {
                    tracing::debug!(%problem, "a decision about an account is not heeded for now");
                    tokio::time::sleep(PAUSE).await;
                }
            }
        }
    }

    async fn heed(&self, decision: Sequence) -> Result<(), ApiProblem> {
        let Some(opened) = self.opened() else { return Ok(()) };
        let recorded = opened.log.read(decision).await.map_err(Refusal::from)?;
        // It passed, so it is there; a replica may not show it yet.
        let recorded =
            recorded.ok_or_else(|| ApiProblem::unavailable("the log does not show a decision yet"))?;
        // What nobody can decode gives and takes nothing here either.
        let Some(Event::Moderation(event)) = known(&recorded) else { return Ok(()) };
        let account = event.account();
        opened.executor.forget_standing(account);
        let is_in_tokens = recorded.recorded_at > OffsetDateTime::now_utc() - IN_TOKENS_MAX;
        match event {
            ModerationEvent::RolesChanged(_) if is_in_tokens => {
                Ok(self.revocations().heed_decision(account, decision, &[]).await.map_err(Refusal::from)?)
            }
            ModerationEvent::Moderated(event) if event.action == ModerationAction::Suspend => {
                // It may have been lifted since, and somebody logged in.
                let standing = opened.executor.standing(account).await.map_err(Refusal::from)?;
                let ended = match standing {
                    Standing::Suspended(_) => self.end_what_lasts(account).await?,
                    _ => Vec::new(),
                };
                if is_in_tokens {
                    let heeded = self.revocations().heed_decision(account, decision, &ended).await;
                    heeded.map_err(Refusal::from)?;
                }
                Ok(())
            }
            ModerationEvent::RolesChanged(_) | ModerationEvent::Moderated(_) => Ok(()),
        }
    }
}
