//! What a mail holds: `account.secret`. The credential store knows only the hash of the secret.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::AccountId;
use sha2::{Digest, Sha256};

use crate::credential_store::SecretHash;

const SECRET_BYTES: usize = 24;
/// 19 digits, a dot, 32 of the secret.
const CHARS_MAX: usize = 64;

/// Has no `Debug` form: it is a secret.
pub(crate) struct MailToken {
    pub(crate) account: AccountId,
    secret: [u8; SECRET_BYTES],
}

impl MailToken {
    pub(crate) fn new(account: AccountId) -> Self {
        let mut secret = [0; SECRET_BYTES];
        rand::fill(&mut secret);
        Self { account, secret }
    }

    /// White space around it is that of a mail.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (account, secret) = text.trim().split_once('.').filter(|_| text.len() <= CHARS_MAX)?;
        let secret = URL_SAFE_NO_PAD.decode(secret).ok()?;
        Some(Self { account: account.parse().ok()?, secret: secret.try_into().ok()? })
    }

    pub(crate) fn to_text(&self) -> String {
        format!("{}.{}", self.account, URL_SAFE_NO_PAD.encode(self.secret))
    }

    pub(crate) fn hashed(&self) -> SecretHash {
        SecretHash::new(Sha256::digest(self.secret).into())
    }
}
