//! Who is calling.
//!
//! A service believes either signed tokens, which it verifies itself, or the headers of a gateway that did so, together
//! with a secret that only the gateway knows. Nothing that a request merely claims about itself counts.
//!
//! A credential that is present and bad is refused with 401 everywhere. Without one, a write is refused with 401, a
//! read that needs an identity with 403, and all else goes on as anonymous.

mod bearer;
mod caller;
mod config;
mod gateway;
mod wrong_secrets;

use std::sync::Arc;
use std::time::Duration;

use http::HeaderMap;
use http::header::AUTHORIZATION;
use tokens::{FileKeys, JwksError, KeySource, Revocations, TokenVerifier, UrlKeys};
use tokio_util::sync::CancellationToken;

pub(crate) use caller::Resolved;
pub use caller::{Caller, OptionalCaller, Reader};
pub use config::IdentityConfig;
pub use gateway::{X_GATEWAY_SECRET, X_USER_ID, X_USER_ROLES};

use crate::client_address::ClientAddress;
use crate::problem::ApiProblem;

/// How often the sources of keys are read again. A key that was withdrawn is trusted no longer than that, unless its
/// source cannot be reached.
const REFRESH_PERIOD: Duration = Duration::from_secs(60);

/// The way in which this service learns who calls. Keep it in the router's state as `Arc<Identity>`.
#[derive(Debug)]
pub struct Identity {
    mode: Mode,
    revocations: Arc<Revocations>,
}

#[derive(Debug)]
enum Mode {
    Jwt(Box<TokenVerifier>),
    Gateway(gateway::GatewayHeaders),
}

impl Identity {
    /// # Errors
    /// When the file with the keys cannot be used, or there is no source of keys at all.
    pub fn new(config: &IdentityConfig) -> Result<Self, JwksError> {
        Self::with_sources(config, Vec::new())
    }

    /// As [`Self::new`], with keys of this process besides those that the configuration names.
    ///
    /// # Errors
    /// As with [`Self::new`].
    pub fn with_sources(
        config: &IdentityConfig,
        mut sources: Vec<Arc<dyn KeySource>>,
    ) -> Result<Self, JwksError> {
        let (jwks_file, jwks_url, issuer, audience) = match config {
            IdentityConfig::Jwt { jwks_file, jwks_url, issuer, audience } => {
                (jwks_file, jwks_url, issuer, audience)
            }
            IdentityConfig::Gateway { secret } => {
                let mode = Mode::Gateway(gateway::GatewayHeaders::new(secret));
                return Ok(Self { mode, revocations: Arc::default() });
            }
        };
        if let Some(file) = jwks_file {
            sources.push(Arc::new(FileKeys::open(file.clone())?));
        }
        if let Some(url) = jwks_url {
            sources.push(Arc::new(UrlKeys::new(url)?));
        }
        if sources.is_empty() {
            return Err(JwksError::NoSource);
        }
        let revocations = Arc::new(Revocations::new());
        let verifier = TokenVerifier::new(sources, issuer, audience, Arc::clone(&revocations));
        Ok(Self { mode: Mode::Jwt(Box::new(verifier)), revocations })
    }

    /// Which tokens are void, as far as this process knows. Who keeps up with that, fills it. A gateway has to ask for
    /// itself.
    #[must_use]
    pub fn revocations(&self) -> &Arc<Revocations> {
        &self.revocations
    }

    /// Reads the sources of keys at once, and again every minute, until the token is cancelled.
    ///
    /// Without it identities still work: a key that is not known is looked for, but one that was withdrawn stays.
    pub async fn keep_fresh(&self, token: CancellationToken) {
        let Mode::Jwt(verifier) = &self.mode else { return };
        let refreshing = async {
            loop {
                for source in verifier.sources() {
                    source.refresh().await;
                }
                tokio::time::sleep(REFRESH_PERIOD).await;
            }
        };
        token.run_until_cancelled(refreshing).await;
    }

    /// Who sent these headers; `None` for an anonymous caller. Wrong secrets of a gateway are counted by the address of
    /// the `peer`, where it is given: what it forwards may be made up.
    ///
    /// # Errors
    /// A 401 where a credential is present and not acceptable; a 429 where too many of them were wrong.
    pub async fn resolve(
        &self,
        headers: &HeaderMap,
        peer: Option<ClientAddress>,
    ) -> Result<Option<Caller>, ApiProblem> {
        match &self.mode {
            Mode::Jwt(verifier) => bearer::resolve(verifier, headers).await,
            Mode::Gateway(gateway) => gateway.resolve(headers, peer),
        }
    }

    /// What of a request's headers may end while it is answered. A gateway does not tell when its identities end.
    #[must_use]
    pub fn credential(headers: &HeaderMap) -> HeaderMap {
        headers.get(AUTHORIZATION).map(|value| (AUTHORIZATION, value.clone())).into_iter().collect()
    }

    /// Looks again at the credential of what goes on for longer than a moment: a wait, or a stream. A token that was
    /// looked at is remembered, so this takes a microsecond or two. Keys that cannot be read end nothing.
    ///
    /// # Errors
    /// The 401 that it would get now.
    pub async fn recheck(&self, credential: &HeaderMap) -> Result<(), ApiProblem> {
        match self.resolve(credential, None).await {
            Err(problem) if problem.problem().status == 401 => Err(problem),
            Ok(_) | Err(_) => Ok(()),
        }
    }
}
