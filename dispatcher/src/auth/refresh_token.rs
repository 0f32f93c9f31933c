//! Refresh tokens: `account-family.secret`.
//!
//! The part before the dot finds the family and is no secret. The secret is 16 bytes that stay the same for the whole
//! family and 32 that are new in each of its tokens; the credential store knows only their hashes, and the family's seed,
//! from which, with a token, its successor follows.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::AccountId;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::credential_store::{FamilySecret, SecretHash, Seed};

const FAMILY_SECRET_BYTES: usize = 16;
const CURRENT_SECRET_BYTES: usize = 32;
const SECRET_BYTES: usize = FAMILY_SECRET_BYTES + CURRENT_SECRET_BYTES;

/// Longer than any that was ever issued: 19 digits, 32 hexadecimal ones, 64 of the secret.
const CHARS_MAX: usize = 128;

/// Has no `Debug` form: it is a secret.
pub(crate) struct RefreshToken {
    pub(crate) account: AccountId,
    pub(crate) family: Uuid,
    secret: [u8; SECRET_BYTES],
}

impl RefreshToken {
    /// The first one of a new family.
    pub(crate) fn new(account: AccountId) -> Self {
        let mut secret = [0; SECRET_BYTES];
        rand::fill(&mut secret);
        Self { account, family: Uuid::now_v7(), secret }
    }

    /// What the successors of a new family are derived with.
    pub(crate) fn new_seed() -> Seed {
        let mut random = [0; 32];
        rand::fill(&mut random);
        Seed::new(random)
    }

    /// The next one of the same family. The same token has the same successor; without the seed nobody finds it.
    pub(crate) fn successor(&self, seed: &Seed) -> Self {
        let mut secret = self.secret;
        // Both have one length each, so nothing can be moved from the one to the other.
        let next = Sha256::new().chain_update(seed.expose()).chain_update(&secret[FAMILY_SECRET_BYTES..]);
        secret[FAMILY_SECRET_BYTES..].copy_from_slice(&next.finalize());
        Self { account: self.account, family: self.family, secret }
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        if text.len() > CHARS_MAX {
            return None;
        }
        let (id, secret) = text.split_once('.')?;
        let (account, family) = id.split_once('-')?;
        let secret = URL_SAFE_NO_PAD.decode(secret).ok()?;
        Some(Self {
            account: account.parse().ok()?,
            family: Uuid::try_parse(family).ok()?,
            secret: secret.try_into().ok()?,
        })
    }

    pub(crate) fn to_text(&self) -> String {
        let (account, family) = (self.account, self.family.simple());
        format!("{account}-{family}.{}", URL_SAFE_NO_PAD.encode(self.secret))
    }

    pub(crate) fn hashed(&self) -> FamilySecret {
        let (family, current) = self.secret.split_at(FAMILY_SECRET_BYTES);
        let hash = |secret: &[u8]| SecretHash::new(Sha256::digest(secret).into());
        FamilySecret { family: hash(family), current: hash(current) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_survives_its_text_and_its_successor_is_of_the_same_family() {
        let account = AccountId::from_i64(i64::MAX).expect("it is positive");
        let token = RefreshToken::new(account);
        let text = token.to_text();
        assert!(text.len() <= CHARS_MAX);
        let parsed = RefreshToken::parse(&text).expect("it was written by us");
        assert_eq!((parsed.account, parsed.family), (account, token.family));
        assert_eq!(parsed.hashed(), token.hashed());
        let seed = RefreshToken::new_seed();
        let next = parsed.successor(&seed);
        assert_eq!((next.account, next.family), (account, token.family));
        assert_eq!(next.hashed().family, token.hashed().family);
        assert_ne!(next.hashed().current, token.hashed().current);
        assert_eq!(next.hashed(), token.successor(&seed).hashed(), "the same once more");
        assert_ne!(next.hashed(), token.successor(&RefreshToken::new_seed()).hashed());
    }

    #[test]
    fn what_is_no_token_is_refused() {
        let account = AccountId::from_i64(7).expect("it is positive");
        let text = RefreshToken::new(account).to_text();
        let short = &text[..text.len() - 2];
        for bad in ["", ".", "7-.x", "7.x", short, &format!("{text}AA"), &text.replace("7-", "07-")] {
            assert!(RefreshToken::parse(bad).is_none(), "{bad}");
        }
    }
}
