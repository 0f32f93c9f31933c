//! What may come of asking a provider.

use std::error::Error;

/// Why a provider was of no use.
#[derive(Debug, thiserror::Error)]
pub enum ProviderError {
    /// It does not answer, or not as it should. Nothing is known of who wanted to log in.
    #[error("the OpenID provider is of no use")]
    Unavailable(#[source] Box<dyn Error + Send + Sync>),
    /// The log-in does not count. The words are for an operator: they name a rule.
    #[error("the OpenID provider did not confirm a log-in: {0}")]
    Refused(String),
}
