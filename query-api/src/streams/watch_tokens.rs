//! Ends streams whose callers would not be let in any more.

use std::time::Duration;

use http_kit::Identity;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use super::Streams;

/// A token that was looked at is remembered, so that a look takes a microsecond or two.
const PERIOD: Duration = Duration::from_secs(1);
/// The longest life of a stream. Behind a gateway, which does not tell when an identity ends, it is asked again by then.
const LIFE_MAX: Duration = Duration::from_secs(3_600);

/// Looks at all of them every second, until the token is cancelled.
pub(crate) async fn watch_tokens(streams: &Streams, identity: &Identity, token: CancellationToken) {
    let watching = async {
        loop {
            sleep(PERIOD).await;
            for (id, opened_at, credential) in streams.hub.credentials() {
                if opened_at.elapsed() >= LIFE_MAX {
                    streams.hub.end_one(id, "long-life");
                } else if let Err(problem) = identity.resolve(&credential, None).await
                    && problem.problem().status == 401
                {
                    streams.hub.end_one(id, "token");
                }
            }
        }
    };
    token.run_until_cancelled(watching).await;
}
