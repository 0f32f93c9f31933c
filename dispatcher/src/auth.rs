//! How somebody proves who they are: passwords, the tokens of sessions, and the keys that sign them.
//!
//! Nothing of this is an event, and nothing here knows the routes that use it.

mod confirm_owner;
mod credential;
mod device_token;
mod end_sessions;
mod hash_queue;
mod heed_decisions;
mod log_in;
mod new_password;
mod oidc;
mod open_session;
mod passwords;
mod refresh_token;
mod revocations;
mod session_tokens;
mod settings;
mod signing_keys;
mod strength;

pub(crate) use confirm_owner::{Confirmation, confirm_owner};
pub(crate) use credential::{Credential, HashedCredential, InvitationUse, Typed};
pub(crate) use device_token::DeviceToken;
pub(crate) use log_in::{LogIn, log_in};
pub(crate) use new_password::hash_new_password;
pub(crate) use oidc::{
    AUTHORIZATION, OidcCredential, PROOF, Proof, Providers, Returned, begin_authorization, link,
    log_in_by_proof, open_proof, prove, register, require_unlinked, unlink,
};
pub(crate) use open_session::{LoggedIn, Visitor, refused};
pub(crate) use passwords::Passwords;
pub(crate) use refresh_token::RefreshToken;
pub(crate) use revocations::Revocations;
pub use revocations::{RevokeTokenError, revoke_token};
pub(crate) use session_tokens::{SessionRoles, access_token, session_tokens};
pub use settings::SessionSettings;
pub use signing_keys::{RotateError, SigningKeys, rotate_signing_keys};
