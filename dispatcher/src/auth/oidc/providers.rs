//! The providers of the installation, and how many requests may wait for each.

use std::sync::Arc;

use api_types::codes;
use http_kit::{ApiProblem, Budget, ClientAddress, Exhausted, Share};
use tokens::oidc::{NoHttpClient, OidcSettings, Provider, ProviderError};

/// For one provider. Each request holds its place for ten seconds at most, and keeps nobody from another provider, or
/// from logging in with a password.
const WAITING_MAX: usize = 64;
const WAITING_PER_ADDRESS_MAX: usize = 8;
/// A provider that failed is asked again after two seconds.
const RETRY_SECONDS: u32 = 2;

#[derive(Debug)]
pub(crate) struct Providers(Vec<KnownProvider>);

#[derive(Debug)]
pub(crate) struct KnownProvider {
    provider: Provider,
    waiting: Arc<Budget>,
}

/// A provider that may be asked.
pub(super) struct Admitted<'of> {
    pub(super) provider: &'of Provider,
    _place: Share,
}

impl Providers {
    pub(crate) const fn none() -> Self {
        Self(Vec::new())
    }

    pub(super) fn new(settings: &OidcSettings) -> Result<Self, NoHttpClient> {
        let known = settings.providers.iter().map(|settings| {
            let waiting = Budget::new(WAITING_MAX, WAITING_PER_ADDRESS_MAX);
            Ok(KnownProvider { provider: Provider::new(settings.clone())?, waiting })
        });
        Ok(Self(known.collect::<Result<_, NoHttpClient>>()?))
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|known| known.provider.settings().name.as_str())
    }

    /// # Errors
    /// `oidc-not-configured`.
    pub(super) fn find(&self, name: &str) -> Result<&KnownProvider, ApiProblem> {
        let found = self.0.iter().find(|known| known.provider.settings().name == name);
        found.ok_or_else(|| ApiProblem::new(codes::OIDC_NOT_CONFIGURED))
    }
}

impl KnownProvider {
    pub(super) fn provider(&self) -> &Provider {
        &self.provider
    }

    /// # Errors
    /// `rate-limited` where too many of the address wait, `oidc-unavailable` where too many of all do.
    pub(super) fn admit(&self, address: ClientAddress) -> Result<Admitted<'_>, ApiProblem> {
        let place = self.waiting.take(Some(address)).map_err(|exhausted| match exhausted {
            Exhausted::Holder => ApiProblem::new(codes::RATE_LIMITED)
                .detail("Too many requests of this address wait for the provider.")
                .retry_after_seconds(RETRY_SECONDS),
            Exhausted::Whole => ApiProblem::new(codes::OIDC_UNAVAILABLE)
                .detail("Too many requests wait for the provider.")
                .retry_after_seconds(RETRY_SECONDS),
        })?;
        Ok(Admitted { provider: &self.provider, _place: place })
    }
}

/// What the caller learns of it; the rest is logged.
pub(super) fn problem_of(error: ProviderError) -> ApiProblem {
    let (outcome, problem) = match &error {
        ProviderError::Unavailable(_) => {
            ("unavailable", ApiProblem::new(codes::OIDC_UNAVAILABLE).retry_after_seconds(RETRY_SECONDS))
        }
        ProviderError::Refused(_) => ("refused", ApiProblem::new(codes::OIDC_REFUSED)),
    };
    count(outcome);
    problem.caused_by(error)
}

pub(super) fn count(outcome: &'static str) {
    metrics::counter!("dispatcher_oidc_total", "outcome" => outcome).increment(1);
}
