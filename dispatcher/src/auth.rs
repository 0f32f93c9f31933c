//! How somebody proves who they are: passwords, the tokens of sessions, and the keys that sign them.
//!
//! Nothing of this is an event, and nothing here knows the routes that use it.

mod credential;
mod passwords;
mod refresh_token;
mod session_tokens;
mod settings;
mod signing_keys;

pub(crate) use credential::Credential;
pub(crate) use passwords::Passwords;
pub(crate) use refresh_token::RefreshToken;
pub(crate) use session_tokens::{roles_of, session_tokens};
pub use settings::SessionSettings;
pub use signing_keys::{RotateError, SigningKeys, rotate_signing_keys};
