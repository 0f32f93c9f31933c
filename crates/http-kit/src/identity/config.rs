//! Which identities a service believes, from its environment.

use std::path::PathBuf;

use service_kit::config::{Environment, Secret};

/// A secret that is shorter can be guessed by trying.
const GATEWAY_SECRET_CHARS_MIN: usize = 16;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IdentityConfig {
    /// The service verifies bearer tokens itself.
    Jwt {
        /// The issuer's public keys, as a JSON Web Key Set.
        jwks_file: PathBuf,
        issuer: String,
        audience: String,
    },
    /// The service believes the headers of a gateway that knows the secret.
    Gateway { secret: Secret },
}

impl IdentityConfig {
    /// `ROOKERY_IDENTITY_MODE` is `jwt` or `gateway`.
    ///
    /// The first needs `ROOKERY_JWT_JWKS_FILE`, `ROOKERY_JWT_ISSUER` and `ROOKERY_JWT_AUDIENCE`, the second
    /// `ROOKERY_GATEWAY_SECRET` or `ROOKERY_GATEWAY_SECRET_FILE`. There is no default: a service that guesses whom to
    /// believe is open to whoever guesses better.
    pub fn from_environment(env: &mut Environment) -> Option<Self> {
        let mode = env.required::<String>("ROOKERY_IDENTITY_MODE")?;
        match mode.as_str() {
            "jwt" => {
                let jwks_file = env.required("ROOKERY_JWT_JWKS_FILE");
                let issuer = env.required("ROOKERY_JWT_ISSUER");
                let audience = env.required("ROOKERY_JWT_AUDIENCE");
                Some(Self::Jwt { jwks_file: jwks_file?, issuer: issuer?, audience: audience? })
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
