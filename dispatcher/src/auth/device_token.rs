//! Device tokens: `device.secret`. Whoever shows one at log-in is no stranger; it opens nothing by itself.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::credential_store::{Device, SecretHash};

const SECRET_BYTES: usize = 32;
/// 32 hexadecimal digits, a dot, 43 of the secret.
const CHARS_MAX: usize = 128;

/// Has no `Debug` form: it is a secret.
pub(crate) struct DeviceToken {
    id: Uuid,
    secret: [u8; SECRET_BYTES],
}

impl DeviceToken {
    pub(crate) fn new() -> Self {
        let mut secret = [0; SECRET_BYTES];
        rand::fill(&mut secret);
        Self { id: Uuid::now_v7(), secret }
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (id, secret) = text.split_once('.').filter(|_| text.len() <= CHARS_MAX)?;
        let secret = URL_SAFE_NO_PAD.decode(secret).ok()?;
        Some(Self { id: Uuid::try_parse(id).ok()?, secret: secret.try_into().ok()? })
    }

    pub(crate) fn to_text(&self) -> String {
        format!("{}.{}", self.id.simple(), URL_SAFE_NO_PAD.encode(self.secret))
    }

    pub(crate) fn device(&self) -> Device {
        Device { id: self.id, secret: SecretHash::new(Sha256::digest(self.secret).into()) }
    }
}
