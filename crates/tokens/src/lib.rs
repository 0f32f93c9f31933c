//! Access tokens, all in one place: the keys that sign them ([`SigningKey`]), issuing ([`TokenIssuer`]), the public
//! keys and where they come from ([`KeySet`], [`KeySource`]), what is void ([`Revocations`]), and verifying
//! ([`TokenVerifier`]).
//!
//! Beside them what this service signs for itself ([`TicketKind`]), and the ID tokens of others ([`oidc`]).
//!
//! Who keeps the private keys is the dispatcher's business, and how a token reaches a service that of `http-kit`.

mod http_source;
mod issuer;
mod key_set;
pub mod oidc;
mod revocations;
mod roles;
mod scopes;
mod signing_key;
mod subject;
mod ticket;
mod verifier;

pub use issuer::{IssueError, SESSION_TOKEN_LIFETIME, TokenIssuer};
pub use key_set::{CurrentKeys, FileKeys, JwksError, JwksUrl, KeySet, KeySource, KeysUnavailable, UrlKeys};
pub use revocations::{
    NoRevocationsUrl, REVOCATION_PARTS, RevisedPart, RevocationPart, Revocations, RevocationsDocument,
    RevocationsUnavailable, RevocationsUrl, RevokeError, TOKENS_REVOKED_PER_ACCOUNT_MAX, UrlRevocations,
};
pub use roles::{Role, Roles};
pub use scopes::{Scope, Scopes};
pub use signing_key::{KeyError, SigningKey, public_jwks, write_jwks};
pub use subject::TokenSubject;
pub use ticket::{TicketError, TicketKind, open_ticket};
pub use verifier::{TOKEN_BYTES_MAX, TokenError, TokenVerifier};
