//! Who is calling.
//!
//! A service believes either signed tokens, which it verifies itself, or the headers of a gateway that did so, together
//! with a secret that only the gateway knows. Nothing that a request merely claims about itself counts.
//!
//! A credential that is present and bad is refused with 401 everywhere. Without one, a write is refused with 401, a read
//! that needs an identity with 403, and all else goes on as anonymous.

mod caller;
mod config;
mod gateway;
mod jwt;
mod roles;

use http::HeaderMap;

pub use caller::{Caller, OptionalCaller, Reader};
pub use config::IdentityConfig;
pub use gateway::{X_GATEWAY_SECRET, X_USER_ID, X_USER_ROLES};
pub use jwt::JwksError;
pub use roles::{Role, Roles};

use crate::problem::ApiProblem;

/// The way in which this service learns who calls. Keep it in the router's state as `Arc<Identity>`.
#[derive(Debug)]
pub struct Identity(Mode);

#[derive(Debug)]
enum Mode {
    Jwt(Box<jwt::JwtVerifier>),
    Gateway(gateway::GatewayHeaders),
}

impl Identity {
    /// # Errors
    /// When the file with the keys cannot be used.
    pub fn new(config: &IdentityConfig) -> Result<Self, JwksError> {
        Ok(Self(match config {
            IdentityConfig::Jwt { jwks_file, issuer, audience } => {
                Mode::Jwt(Box::new(jwt::JwtVerifier::new(jwks_file.clone(), issuer, audience)?))
            }
            IdentityConfig::Gateway { secret } => Mode::Gateway(gateway::GatewayHeaders::new(secret)),
        }))
    }

    /// Who sent these headers; `None` for an anonymous caller.
    ///
    /// # Errors
    /// A 401 where a credential is present and not acceptable.
    pub async fn resolve(&self, headers: &HeaderMap) -> Result<Option<Caller>, ApiProblem> {
        match &self.0 {
            Mode::Jwt(verifier) => verifier.resolve(headers).await,
            Mode::Gateway(gateway) => gateway.resolve(headers),
        }
    }
}

/// An account id as it stands in tokens and headers: a positive decimal without a sign or leading zeros.
fn account_id(text: &str) -> Option<i64> {
    let canonical = text.bytes().all(|byte| byte.is_ascii_digit()) && !text.starts_with('0');
    text.parse().ok().filter(|account: &i64| canonical && *account > 0)
}

#[cfg(test)]
mod tests {
    use super::account_id;

    #[test]
    fn one_account_has_one_spelling() {
        assert_eq!(account_id("42"), Some(42));
        assert_eq!(account_id("9223372036854775807"), Some(i64::MAX));
        for text in ["", "0", "007", "-1", "+1", " 1", "1 ", "1e3", "\u{663}", "9223372036854775808"] {
            assert_eq!(account_id(text), None, "{text}");
        }
    }
}
