//! Identities: good ones, and ones that must not be believed.

use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http_kit::identity::IdentityConfig;
use serde_json::json;
use tempfile::TempDir;
use tokens::Roles;
use tokens::{SigningKey, TokenIssuer, write_jwks};

pub(crate) const ISSUER: &str = "https://issuer.test";
pub(crate) const AUDIENCE: &str = "rookery";

const LIFETIME: Duration = Duration::from_secs(600);

/// A key pair, and the file in which services find its public half.
pub(crate) struct Tokens {
    key: SigningKey,
    dir: TempDir,
}

impl Tokens {
    pub(crate) fn new() -> Self {
        let dir = tempfile::tempdir().expect("the temporary directory is writable");
        let tokens = Self { key: new_key(), dir };
        write_jwks(&tokens.jwks_file(), [&tokens.key]).expect("the directory is ours");
        tokens
    }

    pub(crate) fn jwks_file(&self) -> PathBuf {
        self.dir.path().join("jwks.json")
    }

    pub(crate) fn config(&self) -> IdentityConfig {
        IdentityConfig::Jwt {
            jwks_file: Some(self.jwks_file()),
            jwks_url: None,
            issuer: ISSUER.to_owned(),
            audience: AUDIENCE.to_owned(),
        }
    }

    /// `Authorization` of an account with the roles of that comma-separated list.
    pub(crate) fn of(&self, account: i64, roles: &str) -> String {
        authorization(&self.key, ISSUER, AUDIENCE, account, roles, SystemTime::now())
    }

    /// Credentials that look like those of an admin, each with what is wrong with it and the code of its refusal.
    pub(crate) fn bad(&self) -> Vec<(&'static str, String, &'static str)> {
        let (now, long_ago) = (SystemTime::now(), SystemTime::now() - 2 * LIFETIME);
        let of = |key, issuer, audience, at| authorization(key, issuer, audience, 1, "admin", at);
        let good = of(&self.key, ISSUER, AUDIENCE, now);
        let (unsigned, _signature) = good.rsplit_once('.').expect("a token has three parts");
        let (_header, claims) = unsigned.split_once('.').expect("a token has three parts");
        let none = URL_SAFE_NO_PAD.encode(json!({"alg": "none", "kid": self.key.kid()}).to_string());
        vec![
            ("expired", of(&self.key, ISSUER, AUDIENCE, long_ago), "token-expired"),
            ("algorithm none", format!("Bearer {none}.{claims}."), "token-invalid"),
            ("without its signature", format!("{unsigned}."), "token-invalid"),
            ("wrong key", of(&new_key(), ISSUER, AUDIENCE, now), "token-invalid"),
            ("wrong issuer", of(&self.key, "https://evil.test", AUDIENCE, now), "token-invalid"),
            ("wrong audience", of(&self.key, ISSUER, "elsewhere", now), "token-invalid"),
            ("no token", "Bearer x".to_owned(), "token-invalid"),
            ("another scheme", "Basic YWRtaW46YWRtaW4=".to_owned(), "token-invalid"),
        ]
    }
}

fn new_key() -> SigningKey {
    SigningKey::generate().expect("there is randomness")
}

fn authorization(
    key: &SigningKey,
    issuer: &str,
    audience: &str,
    account: i64,
    roles: &str,
    at: SystemTime,
) -> String {
    let roles = Roles::from_names(roles.split(','));
    let token = TokenIssuer::new(key, issuer, audience).issue(account, roles, at, LIFETIME);
    format!("Bearer {}", token.expect("the key is good"))
}
