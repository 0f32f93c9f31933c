//! What the dispatcher keeps of people besides events: password hashes, refresh families, failed tries, what is void;
//! and its signing keys.
//!
//! Each store is typed and small, and stands on one of the [`Buckets`] beside the log. None of them shows a value in
//! its `Debug` form.

mod addresses;
mod attempts;
mod credentials;
mod invitations;
mod oidc_links;
mod personal_tokens;
mod places;
mod requests;
mod revocations;
mod second_factors;
mod sessions;
mod signing_keys;

use std::sync::Arc;

use event_store::Buckets;

pub use self::addresses::{
    Addresses, CONFIRM_AGE_MAX, MAILS_PER_DAY_MAX, MailAddress, MailAddresses, RESET_AGE_MAX,
};
pub use self::attempts::{
    Attempt, Attempts, DELAY_MAX, FIRST_DELAY, FREE_TRIES, FREE_TRIES_OF_STRANGERS, FREE_TRIES_PER_ADDRESS,
    Try,
};
pub use self::credentials::{Credentials, PasswordHash};
pub use self::invitations::{DAYS_MAX, INVITATIONS_MAX, Invitation, Invitations, NewInvitation, USES_MAX};
pub use self::oidc_links::{
    OIDC_LINKS_MAX, OidcLink, OidcLinks, OidcOwner, OidcSubject, RESERVED_FOR, Unlinked,
};
pub use self::personal_tokens::{PERSONAL_TOKENS_MAX, PersonalToken, PersonalTokens};
pub use self::places::{ADDRESSES_PER_ACCOUNT_MAX, DEVICES_PER_ACCOUNT_MAX, Device, KnownPlaces, Places};
pub use self::requests::{Asked, OidcRequest, REQUESTS_MAX, REQUESTS_PER_ADDRESS_MAX, Request, Requests};
pub use self::revocations::Revocations;
pub use self::second_factors::{
    Factor, RECOVERY_CODES, RecoveryCodes, SECRET_BYTES, SecondFactors, authenticator, totp,
};
pub use self::sessions::{
    Family, FamilySecret, REPEAT_GRACE, Rotation, SESSIONS_PER_ACCOUNT_MAX, SecretHash, Seed, Sessions,
};
pub use self::signing_keys::{KeyRing, SigningKeys, StoredKey};

/// Clones share everything.
#[derive(Debug, Clone)]
pub struct CredentialStore {
    pub credentials: Credentials,
    pub sessions: Sessions,
    pub signing_keys: SigningKeys,
    pub attempts: Attempts,
    pub revocations: Revocations,
    pub places: KnownPlaces,
    pub personal_tokens: PersonalTokens,
    pub second_factors: SecondFactors,
    pub addresses: MailAddresses,
    pub invitations: Invitations,
    pub oidc_links: OidcLinks,
    pub requests: Requests,
}

impl CredentialStore {
    pub fn new(buckets: Buckets) -> Self {
        Self {
            credentials: Credentials::new(buckets.credentials),
            sessions: Sessions::new(buckets.sessions),
            signing_keys: SigningKeys::new(buckets.signing_keys),
            oidc_links: OidcLinks::new(Arc::clone(&buckets.owners), Arc::clone(&buckets.attempts)),
            attempts: Attempts::new(buckets.attempts),
            revocations: Revocations::new(buckets.revocations),
            places: KnownPlaces::new(Arc::clone(&buckets.owners)),
            personal_tokens: PersonalTokens::new(Arc::clone(&buckets.owners)),
            second_factors: SecondFactors::new(Arc::clone(&buckets.owners)),
            // Not beside the invitations, which an operator's tool reads: they have password hashes.
            requests: Requests::new(Arc::clone(&buckets.owners)),
            addresses: MailAddresses::new(buckets.owners, buckets.mails),
            invitations: Invitations::new(buckets.registrations),
        }
    }
}
