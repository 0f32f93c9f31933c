//! Ends streams whose callers would not be let in any more.

use std::time::Duration;

use http::HeaderMap;
use http_kit::Identity;
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

use super::Streams;

const PERIOD: Duration = Duration::from_secs(1);
/// The longest life of a stream. Behind a gateway, which does not tell when an identity ends, it is asked again by then.
const LIFE_MAX: Duration = Duration::from_secs(3_600);

/// Looks every second at all that are told what happens, until the token is cancelled. Those that read for themselves
/// look at it before each reading.
pub(crate) async fn watch_tokens(streams: &Streams, token: CancellationToken) {
    let watching = async {
        loop {
            sleep(PERIOD).await;
            let seats = streams.hub.credentials();
            if !seats.is_empty() {
                // Where it met a defect, they would be told nothing until somebody else comes.
                streams.follow();
            }
            for (id, opened_at, credential) in seats {
                if let Some(reason) = why_over(&streams.identity, opened_at, &credential).await {
                    streams.hub.end_one(id, reason);
                }
            }
        }
    };
    token.run_until_cancelled(watching).await;
}

/// Why a stream may not go on.
pub(super) async fn why_over(
    identity: &Identity,
    opened_at: Instant,
    credential: &HeaderMap,
) -> Option<&'static str> {
    if opened_at.elapsed() >= LIFE_MAX {
        return Some("long-life");
    }
    identity.recheck(credential).await.is_err().then_some("token")
}
