//! What the dispatcher keeps of people besides events: password hashes, refresh families, failed tries; and its signing
//! keys.
//!
//! Each store is typed and small, and stands on one of the [`Buckets`] beside the log. None of them shows a value in
//! its `Debug` form.

mod attempts;
mod credentials;
mod invitations;
mod requests;
mod sessions;
mod signing_keys;

use std::sync::Arc;

use event_store::Buckets;

pub use self::attempts::{ATTEMPTS_MAX, ATTEMPTS_WINDOW, Attempt, Attempts};
pub use self::credentials::{Credentials, PasswordHash};
pub use self::invitations::{Invitation, Invitations};
pub use self::requests::{Asked, REQUESTS_MAX, REQUESTS_PER_ADDRESS_MAX, Request, Requests};
pub use self::sessions::{Family, FamilySecret, Rotation, SESSIONS_PER_ACCOUNT_MAX, SecretHash, Sessions};
pub use self::signing_keys::{KeyRing, SigningKeys, StoredKey};

/// Clones share everything.
#[derive(Debug, Clone)]
pub struct CredentialStore {
    pub credentials: Credentials,
    pub sessions: Sessions,
    pub signing_keys: SigningKeys,
    pub attempts: Attempts,
    pub invitations: Invitations,
    pub requests: Requests,
}

impl CredentialStore {
    pub fn new(buckets: Buckets) -> Self {
        Self {
            credentials: Credentials::new(buckets.credentials),
            sessions: Sessions::new(buckets.sessions),
            signing_keys: SigningKeys::new(buckets.signing_keys),
            attempts: Attempts::new(buckets.attempts),
            invitations: Invitations::new(Arc::clone(&buckets.registrations)),
            requests: Requests::new(buckets.registrations),
        }
    }
}
