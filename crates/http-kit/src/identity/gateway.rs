//! Identity from the headers of a gateway.

use std::fmt;

use api_types::codes;
use api_types::number;
use aws_lc_rs::constant_time::verify_slices_are_equal;
use http::{HeaderMap, HeaderName};
use service_kit::config::Secret;
use sha2::{Digest, Sha256};
use tokens::Roles;

use crate::problem::ApiProblem;

use super::Caller;

pub const X_USER_ID: HeaderName = HeaderName::from_static("x-user-id");
pub const X_USER_ROLES: HeaderName = HeaderName::from_static("x-user-roles");
pub const X_GATEWAY_SECRET: HeaderName = HeaderName::from_static("x-gateway-secret");

pub(super) struct GatewayHeaders {
    /// Digests have one length, so comparing them tells nothing about the length of the secret.
    secret_sha256: [u8; 32],
}

impl GatewayHeaders {
    pub(super) fn new(secret: &Secret) -> Self {
        Self { secret_sha256: Sha256::digest(secret.expose()).into() }
    }

    /// Without the secret the headers are ignored. With a wrong one they are an attempt, or a gateway with an old
    /// secret, and either should be noticed.
    pub(super) fn resolve(&self, headers: &HeaderMap) -> Result<Option<Caller>, ApiProblem> {
        let (secret, user) = (single(headers, &X_GATEWAY_SECRET)?, single(headers, &X_USER_ID)?);
        let (Some(secret), Some(user)) = (secret, user) else { return Ok(None) };
        if verify_slices_are_equal(&Sha256::digest(secret), &self.secret_sha256).is_err() {
            return Err(ApiProblem::new(codes::GATEWAY_UNTRUSTED));
        }
        let account = number::positive(user).ok_or_else(|| untrusted("X-User-ID is no account id."))?;
        let roles =
            Roles::from_names(single(headers, &X_USER_ROLES)?.unwrap_or_default().split(',').map(str::trim));
        Ok(Some(Caller { account, roles, session: None, scopes: None }))
    }
}

/// A header that came twice was added to by somebody, and there is no telling which of the two is the gateway's.
fn single<'headers>(
    headers: &'headers HeaderMap,
    name: &HeaderName,
) -> Result<Option<&'headers str>, ApiProblem> {
    let mut values = headers.get_all(name).iter();
    let Some(value) = values.next() else { return Ok(None) };
    match value.to_str() {
        Ok(text) if values.next().is_none() => Ok(Some(text)),
        _ => Err(untrusted("An identity header is not one line of plain text.")),
    }
}

fn untrusted(detail: &'static str) -> ApiProblem {
    ApiProblem::new(codes::GATEWAY_UNTRUSTED).detail(detail)
}

impl fmt::Debug for GatewayHeaders {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("GatewayHeaders").finish_non_exhaustive()
    }
}
