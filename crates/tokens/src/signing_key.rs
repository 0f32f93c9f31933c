//! An Ed25519 key pair: made, read, written, and its public half published.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jsonwebtoken::EncodingKey;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

const PEM_BEGIN: &str = "-----BEGIN PRIVATE KEY-----";
const PEM_END: &str = "-----END PRIVATE KEY-----";
/// RFC 7468 §2.
const PEM_LINE_CHARS: usize = 64;

#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    #[error("a key cannot be made")]
    Generate,
    #[error("this is no Ed25519 key in PKCS#8")]
    Malformed,
    #[error("{path} cannot be read")]
    Read {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    #[error("{path} cannot be written")]
    Write {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
}

/// A private key. Its name follows from the key itself (RFC 7638), so it need not be kept beside it.
#[derive(Clone)]
pub struct SigningKey {
    /// PKCS#8, version 1, which every other tool reads too.
    pkcs8: Vec<u8>,
    public: String,
    kid: String,
}

impl SigningKey {
    /// # Errors
    /// When the system has no randomness to give.
    pub fn generate() -> Result<Self, KeyError> {
        let pair = Ed25519KeyPair::generate().map_err(|_unspecified| KeyError::Generate)?;
        Self::from_pair(&pair)
    }

    /// # Errors
    /// When this is no Ed25519 key in PKCS#8.
    pub fn from_pkcs8_der(der: &[u8]) -> Result<Self, KeyError> {
        let pair =
            Ed25519KeyPair::from_pkcs8_maybe_unchecked(der).map_err(|_rejected| KeyError::Malformed)?;
        Self::from_pair(&pair)
    }

    /// # Errors
    /// When this is no Ed25519 key in PKCS#8.
    pub fn from_pkcs8_pem(pem: &str) -> Result<Self, KeyError> {
        let body = pem.trim().strip_prefix(PEM_BEGIN).and_then(|rest| rest.strip_suffix(PEM_END));
        let base64: String = body.ok_or(KeyError::Malformed)?.split_ascii_whitespace().collect();
        Self::from_pkcs8_der(&STANDARD.decode(base64).map_err(|_invalid| KeyError::Malformed)?)
    }

    /// Reads a PEM file.
    ///
    /// # Errors
    /// When there is no such file, or no such key in it.
    pub fn read_pem(path: &Path) -> Result<Self, KeyError> {
        let pem = std::fs::read_to_string(path)
            .map_err(|source| KeyError::Read { path: path.to_owned(), source })?;
        Self::from_pkcs8_pem(&pem)
    }

    fn from_pair(pair: &Ed25519KeyPair) -> Result<Self, KeyError> {
        let public = URL_SAFE_NO_PAD.encode(pair.public_key().as_ref());
        // RFC 7638 §3.2: the required members in lexical order, without white space.
        let kid = format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{public}"}}"#);
        let kid = URL_SAFE_NO_PAD.encode(Sha256::digest(kid));
        let pkcs8 = pair.to_pkcs8v1().map_err(|_unspecified| KeyError::Generate)?.as_ref().to_vec();
        Ok(Self { pkcs8, public, kid })
    }

    /// The name that tokens give to this key.
    #[must_use]
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// The public half as a JSON Web Key.
    #[must_use]
    pub fn public_jwk(&self) -> Value {
        json!({"kty": "OKP", "crv": "Ed25519", "x": self.public, "kid": self.kid, "alg": "EdDSA", "use": "sig"})
    }

    /// The private key as PEM. What it is written to has to be as private as the key.
    #[must_use]
    pub fn to_pkcs8_pem(&self) -> String {
        let base64 = STANDARD.encode(&self.pkcs8);
        let mut pem = format!("{PEM_BEGIN}\n");
        let mut rest = base64.as_str();
        while !rest.is_empty() {
            let (line, tail) = rest.split_at(rest.len().min(PEM_LINE_CHARS));
            pem.push_str(line);
            pem.push('\n');
            rest = tail;
        }
        pem + PEM_END + "\n"
    }

    /// Writes the private key to a new file that only its owner can read.
    ///
    /// # Errors
    /// When the file exists (a key in use must not be lost by accident) or cannot be written.
    pub fn write_pem(&self, path: &Path) -> Result<(), KeyError> {
        let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
        file.and_then(|mut file| {
            file.write_all(self.to_pkcs8_pem().as_bytes())?;
            file.sync_all()
        })
        .map_err(|source| KeyError::Write { path: path.to_owned(), source })
    }

    pub(crate) fn encoding_key(&self) -> EncodingKey {
        EncodingKey::from_ed_der(&self.pkcs8)
    }
}

/// The public halves as a JSON Web Key Set.
pub fn public_jwks<'key>(keys: impl IntoIterator<Item = &'key SigningKey>) -> Value {
    json!({ "keys": keys.into_iter().map(SigningKey::public_jwk).collect::<Vec<_>>() })
}

/// Publishes the public halves as a JSON Web Key Set, replacing the file in one step: services may read it at any time.
///
/// # Errors
/// When the file cannot be written.
pub fn write_jwks<'key>(
    path: &Path,
    keys: impl IntoIterator<Item = &'key SigningKey>,
) -> Result<(), KeyError> {
    let jwks = public_jwks(keys);
    let fresh = path.with_extension("new");
    let written = File::create(&fresh).and_then(|mut file| {
        writeln!(file, "{jwks}")?;
        file.sync_all()
    });
    written
        .and_then(|()| std::fs::rename(&fresh, path))
        .map_err(|source| KeyError::Write { path: path.to_owned(), source })
}

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("SigningKey").field("kid", &self.kid).finish_non_exhaustive()
    }
}
