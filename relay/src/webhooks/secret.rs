//! The secret that signs what is sent: HMAC-SHA256, as Standard Webhooks has it.

use std::fmt;

use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

const PREFIX: &str = "whsec_";
const BYTES: usize = 32;

/// It is written into the bucket and told once; nothing else shows it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(super) struct SigningSecret([u8; BYTES]);

impl SigningSecret {
    pub(super) fn random() -> Self {
        let mut bytes = [0; BYTES];
        rand::fill(&mut bytes);
        Self(bytes)
    }

    /// As receivers are told it.
    pub(super) fn expose(&self) -> String {
        format!("{PREFIX}{}", STANDARD.encode(self.0))
    }

    /// One of the signatures of the header `webhook-signature`.
    pub(super) fn sign(&self, id: Uuid, timestamp: i64, body: &[u8]) -> String {
        let mut signing = hmac::Context::with_key(&hmac::Key::new(hmac::HMAC_SHA256, &self.0));
        signing.update(format!("{id}.{timestamp}.").as_bytes());
        signing.update(body);
        format!("v1,{}", STANDARD.encode(signing.sign()))
    }
}

impl fmt::Debug for SigningSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningSecret(redacted)")
    }
}

impl From<SigningSecret> for String {
    fn from(secret: SigningSecret) -> Self {
        secret.expose()
    }
}

impl TryFrom<String> for SigningSecret {
    /// Says nothing of what was written.
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let bytes = text.strip_prefix(PREFIX).and_then(|text| STANDARD.decode(text).ok());
        bytes.and_then(|bytes| bytes.try_into().ok()).map(Self).ok_or("no secret of a webhook")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_not_shown_and_signs_as_others_do() {
        let secret = SigningSecret(*b"0123456789abcdef0123456789abcdef");
        assert_eq!(secret.expose(), "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=");
        assert_eq!(format!("{secret:?}"), "SigningSecret(redacted)");
        // By `standardwebhooks.Webhook(secret).sign(id, time, body)` in Python.
        let signature = secret.sign(Uuid::nil(), 1_800_000_000, b"{\"a\":1}");
        assert_eq!(signature, EXPECTED);
        let json = serde_json::to_string(&secret).expect("it has JSON");
        assert_eq!(serde_json::from_str::<SigningSecret>(&json).expect("it is one"), secret);
        let error = serde_json::from_str::<SigningSecret>("\"whsec_guessable\"").expect_err("it is none");
        assert!(!error.to_string().contains("guessable"), "{error}");
    }

    const EXPECTED: &str = "v1,Qj0gQyKaZ+eoIIzTgY8JQ08bbMS3lz/80GuogcZP/7M=";
}
