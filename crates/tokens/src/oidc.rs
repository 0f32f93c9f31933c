//! Log-ins at OpenID providers: the Authorization Code flow with PKCE (OpenID Connect Core 1.0 §3.1, RFC 7636).
//!
//! A [`Provider`] is asked for three things: where people log in (discovery), an ID token for the code that they come
//! back with, and the keys that the token is verified by. Whatever it answers is bounded in time and size, and believed
//! only as far as it fits what an operator configured. A code is redeemed over a connection to the provider itself; what
//! a browser brings along proves nothing.

mod cached;
mod error;
mod id_token;
mod metadata;
mod provider;
mod settings;

pub use error::ProviderError;
pub use id_token::IdToken;
pub use provider::{AuthorizationRequest, CodeRedemption, NoHttpClient, Provider};
pub use settings::{OidcSettings, ProviderSettings};
