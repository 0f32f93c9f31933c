//! Which identities a service believes, from its environment.

use std::path::PathBuf;

use service_kit::config::{Environment, Secret};

use tokens::JwksUrl;

/// A secret that is shorter can be guessed by trying.
const GATEWAY_SECRET_CHARS_MIN: usize = 16;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IdentityConfig {
    /// The service verifies bearer tokens itself.
    Jwt {
        /// The issuer's public keys, as a JSON Web Key Set: in a file, at an address, or some here and some there.
        jwks_file: Option<PathBuf>,
        jwks_url: Option<JwksUrl>,
        issuer: String,
        audience: String,
    },
    /// The service believes the headers of a gateway that knows the secret.
    Gateway { secret: Secret },
}

impl IdentityConfig {
    /// `ROOKERY_IDENTITY_MODE` is `jwt` or `gateway`.
    ///
    /// The first needs `ROOKERY_JWT_ISSUER`, `ROOKERY_JWT_AUDIENCE` and at least one of `ROOKERY_JWT_JWKS_FILE` and
    /// `ROOKERY_JWT_JWKS_URL`, the second `ROOKERY_GATEWAY_SECRET` or `ROOKERY_GATEWAY_SECRET_FILE`. There is no
    /// default: a service that guesses whom to believe lets in strangers.
    pub fn from_environment(env: &mut Environment) -> Option<Self> {
        Self::read(env, false)
    }

    /// The same for a service that signs tokens itself, which needs no other source of keys than its own.
    pub fn beside_own_keys(env: &mut Environment) -> Option<Self> {
        Self::read(env, true)
    }

    fn read(env: &mut Environment, has_own_keys: bool) -> Option<Self> {
        let mode = env.required::<String>("ROOKERY_IDENTITY_MODE")?;
        match mode.as_str() {
            "jwt" => {
                let jwks_file = env.optional("ROOKERY_JWT_JWKS_FILE");
                let jwks_url = env.optional("ROOKERY_JWT_JWKS_URL");
                if !has_own_keys && jwks_file == Some(None) && jwks_url == Some(None) {
                    // Either would do; the report names one.
                    env.required::<PathBuf>("ROOKERY_JWT_JWKS_FILE");
                }
                let issuer = env.required("ROOKERY_JWT_ISSUER");
                let audience = env.required("ROOKERY_JWT_AUDIENCE");
                Some(Self::Jwt {
                    jwks_file: jwks_file?,
                    jwks_url: jwks_url?,
                    issuer: issuer?,
                    audience: audience?,
                })
            }
            "gateway" => {
                let secret = env.secret("ROOKERY_GATEWAY_SECRET")?;
                if secret.expose().len() < GATEWAY_SECRET_CHARS_MIN {
                    let expected = format!("at least {GATEWAY_SECRET_CHARS_MIN} characters");
                    env.reject("ROOKERY_GATEWAY_SECRET", expected);
                    return None;
                }
                Some(Self::Gateway { secret })
            }
            _ => {
                env.reject("ROOKERY_IDENTITY_MODE", "jwt or gateway");
                None
            }
        }
    }
}
