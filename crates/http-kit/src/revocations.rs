//! Keeps up with which tokens are void, as a dispatcher tells it.
//!
//! Without an answer, what is known stays, and reads go on: whoever cannot reach a dispatcher cannot get a new token
//! either, and those of sessions expire within the hour. The metric says for how long nothing new was learned.

use std::time::Duration;

use service_kit::Chain;
use tokens::UrlRevocations;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::identity::Identity;

const PERIOD: Duration = Duration::from_secs(1);
/// For how long a new process waits for the first answer.
const FIRST_ANSWER_MAX: Duration = Duration::from_secs(5);
const FIRST_ANSWER_PAUSE: Duration = Duration::from_millis(100);

/// Learns what is void before anybody is let in: a process begins with knowing nothing, and would believe what the one
/// before it refused. Where no dispatcher answers it goes on all the same, as reads must outlive the log.
pub async fn learn_first(source: &UrlRevocations, identity: &Identity, token: &CancellationToken) {
    let learning = async {
        while source.refresh(identity.revocations()).await.is_err() {
            tokio::time::sleep(FIRST_ANSWER_PAUSE).await;
        }
    };
    token.run_until_cancelled(tokio::time::timeout(FIRST_ANSWER_MAX, learning)).await;
}

/// Asks every second until the token is cancelled.
pub async fn follow(source: UrlRevocations, identity: &Identity, token: CancellationToken) {
    let (mut learned_at, mut is_reachable) = (Instant::now(), true);
    let following = async {
        loop {
            match source.refresh(identity.revocations()).await {
                Ok(()) => (learned_at, is_reachable) = (Instant::now(), true),
                Err(error) if is_reachable => {
                    is_reachable = false;
                    tracing::warn!(error = %Chain(&error), "what is void is not told; what is known stays");
                }
                Err(_) => {}
            }
            metrics::gauge!("http_revocations_age_seconds").set(learned_at.elapsed().as_secs_f64());
            tokio::time::sleep(PERIOD).await;
        }
    };
    token.run_until_cancelled(following).await;
}
