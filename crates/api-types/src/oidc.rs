//! Bodies about log-ins at OpenID providers. None of them shows a secret in its `Debug` form.

use std::fmt;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;

/// A provider at which people may log in.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OidcProvider {
    #[schema(example = "keycloak")]
    pub name: String,
}

/// The beginning of a log-in at a provider.
#[derive(Debug, Clone, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct BeginOidcAuthorization {
    /// As the list of providers names it.
    #[schema(example = "keycloak")]
    pub provider: String,
    /// Where the provider sends the person back to: an address that the operator allows, letter by letter.
    #[schema(example = "https://app.example/callback")]
    pub redirect_uri: String,
}

/// Where the person goes, and what the client keeps meanwhile.
#[derive(Clone, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OidcAuthorization {
    /// Of the provider.
    pub authorization_url: String,
    /// Opaque; good once, for `POST /v1/oidc/proofs`. Keep it where no other page gets at it (`sessionStorage`), and put
    /// it into no address.
    pub authorization: String,
    /// Seconds for which it is good.
    #[schema(example = 600)]
    pub expires_in: u64,
}

/// What the provider sent back.
#[derive(Clone, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ProveOidcLogin {
    /// As the client kept it.
    pub authorization: String,
    /// The address that the person came back to, without what the provider added: where this page or app is, not what
    /// it remembers. It has to be the one that the log-in was begun with.
    #[schema(example = "https://app.example/callback")]
    pub redirect_uri: String,
    /// The parameter `state` of the address that the person came back to.
    pub state: String,
    /// The parameter `code`.
    pub code: String,
    /// The parameter `iss`, if there is one (RFC 9207).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub iss: Option<String>,
}

/// Who somebody is at a provider.
#[derive(Clone, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OidcProof {
    /// Opaque. Whoever has it counts as that person until it expires.
    pub proof: String,
    /// Seconds for which it is good.
    #[schema(example = 600)]
    pub expires_in: u64,
    /// Whether it opens an account. If not, `POST /v1/oidc/accounts` registers one.
    pub linked: bool,
}

/// Who logs in.
#[derive(Clone, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CreateOidcSession {
    /// As `POST /v1/oidc/proofs` gave it.
    pub proof: String,
    /// A code of the account's authenticator, or a recovery code, where the account asks for one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "123456", nullable = false)]
    pub otp: Option<String>,
    /// What the list of sessions calls this one; without it, what the header `User-Agent` says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(
        example = "Phone",
        max_length = 100,
        pattern = r"^[^\u0000-\u001f\u007f-\u009f]*$",
        nullable = false
    )]
    pub name: Option<String>,
    /// As an earlier log-in to this account gave it to this device.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub device_token: Option<String>,
    /// Whether the answer shall have a device token, to be kept on this device.
    #[serde(default)]
    pub remember_device: bool,
}

/// A new account without a password.
#[derive(Clone, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RegisterOidcAccount {
    /// As `POST /v1/oidc/proofs` gave it.
    pub proof: String,
    /// As in `RegisterAccount`.
    #[schema(example = "nightjar", min_length = 1, max_length = 30, pattern = "^[A-Za-z0-9_]+$")]
    pub handle: String,
    /// As in `RegisterAccount`.
    #[schema(example = "Nightjar", min_length = 1, max_length = 50)]
    pub display_name: String,
    /// The code of an invitation, where registration is by invitation; else it is not looked at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invitation: Option<String>,
}

/// A log-in at a provider that opens the caller's account.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OidcLink {
    /// Of issuer and subject; the same for ever.
    #[schema(example = "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU")]
    pub id: String,
    /// The provider's name when it was linked.
    #[schema(example = "keycloak")]
    pub provider: String,
    #[serde(with = "time::serde::rfc3339")]
    pub linked_at: OffsetDateTime,
}

/// A log-in to link.
#[derive(Clone, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LinkOidc {
    /// Of the log-in that shall open the account, as `POST /v1/oidc/proofs` gave it.
    pub proof: String,
    /// The account's password.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(format = Password, nullable = false)]
    pub password: Option<String>,
    /// Instead of the password: a proof of a log-in that opens the account already.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub oidc_proof: Option<String>,
}

macro_rules! hidden {
    ($($name:ident),+) => {
        $(impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($name)).finish_non_exhaustive()
            }
        })+
    };
}

hidden!(OidcAuthorization, ProveOidcLogin, OidcProof, CreateOidcSession, RegisterOidcAccount, LinkOidc);
