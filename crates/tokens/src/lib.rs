//! Access tokens, all in one place: the keys that sign them ([`SigningKey`]), issuing ([`TokenIssuer`]), the public
//! keys and where they come from ([`KeySet`], [`KeySource`]), and verifying ([`TokenVerifier`]).
//!
//! Who keeps the private keys is the dispatcher's business, and how a token reaches a service that of `http-kit`.

mod issuer;
mod key_set;
mod roles;
mod signing_key;
mod subject;
mod verifier;

pub use issuer::{IssueError, TokenIssuer};
pub use key_set::{CurrentKeys, FileKeys, JwksError, JwksUrl, KeySet, KeySource, KeysUnavailable, UrlKeys};
pub use roles::{Role, Roles};
pub use signing_key::{KeyError, SigningKey, public_jwks, write_jwks};
pub use subject::TokenSubject;
pub use verifier::{TOKEN_BYTES_MAX, TokenError, TokenVerifier};
