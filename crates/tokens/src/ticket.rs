//! Tickets: what this service tells itself by way of a client. They are signed, so that nobody else can have written
//! one, and not encrypted: whoever holds one may read it.
//!
//! A ticket opens nothing but what asks for its kind. Its type and its audience are those of no access token, so neither
//! this system nor a gateway that verifies by the published keys takes the one for the other.

use std::time::Duration;

use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::{Algorithm, Validation, decode, decode_header};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::key_set::{KeySource, KeysUnavailable};

/// Clocks of machines in one installation differ by less.
const LEEWAY_SECONDS: u64 = 5;
/// Ours have about 700.
const BYTES_MAX: usize = 4 * 1024;

/// What a ticket is for, and how long it is good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TicketKind {
    /// The token's `typ`.
    pub name: &'static str,
    pub lifetime: Duration,
}

/// Why a ticket opens nothing.
#[derive(Debug, thiserror::Error)]
pub enum TicketError {
    #[error("the ticket is not good")]
    Invalid,
    #[error("the ticket has expired")]
    Expired,
    /// Whether it is good is not known.
    #[error("the keys are not known")]
    KeysUnavailable(#[source] KeysUnavailable),
}

#[derive(Serialize, Deserialize)]
pub(crate) struct TicketClaims<T> {
    pub(crate) iss: String,
    pub(crate) aud: String,
    pub(crate) exp: u64,
    pub(crate) content: T,
}

impl TicketKind {
    pub(crate) fn audience(self, of_tokens: &str) -> String {
        format!("{of_tokens}#{}", self.name)
    }
}

/// What a ticket of that kind says. `issuer` and `audience` are those of this service's access tokens.
///
/// # Errors
/// Where it is none, or no longer, or where that cannot be known.
pub async fn open_ticket<T: DeserializeOwned>(
    keys: &dyn KeySource,
    issuer: &str,
    audience: &str,
    kind: TicketKind,
    ticket: &str,
) -> Result<T, TicketError> {
    if ticket.len() > BYTES_MAX {
        return Err(TicketError::Invalid);
    }
    let header = decode_header(ticket).map_err(|_unreadable| TicketError::Invalid)?;
    let is_of_kind = header.typ.as_deref() == Some(kind.name) && header.alg == Algorithm::EdDSA;
    let kid = header.kid.filter(|_| is_of_kind && header.crit.is_none()).ok_or(TicketError::Invalid)?;
    let mut known = keys.current();
    if !known.knows(&kid) {
        known = keys.look_again(&kid).await.map_err(TicketError::KeysUnavailable)?;
    }
    let key = known.find(&kid).filter(|key| key.algorithm == Algorithm::EdDSA).ok_or(TicketError::Invalid)?;
    let mut validation = Validation::new(Algorithm::EdDSA);
    validation.leeway = LEEWAY_SECONDS;
    validation.set_issuer(&[issuer]);
    validation.set_audience(&[kind.audience(audience)]);
    validation.set_required_spec_claims(&["exp", "iss", "aud"]);
    let opened = decode::<TicketClaims<T>>(ticket, &key.key, &validation);
    opened.map(|ticket| ticket.claims.content).map_err(|error| match error.kind() {
        ErrorKind::ExpiredSignature => TicketError::Expired,
        _ => TicketError::Invalid,
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::SystemTime;

    use async_trait::async_trait;

    use super::*;
    use crate::{KeySet, Roles, SigningKey, TokenIssuer, TokenVerifier, public_jwks};

    const KIND: TicketKind = TicketKind { name: "test+jwt", lifetime: Duration::from_secs(600) };
    const OTHER: TicketKind = TicketKind { name: "other+jwt", ..KIND };

    #[derive(Debug)]
    struct Fixed(Arc<KeySet>);

    #[async_trait]
    impl KeySource for Fixed {
        fn current(&self) -> Arc<KeySet> {
            Arc::clone(&self.0)
        }

        async fn look_again(&self, _kid: &str) -> Result<Arc<KeySet>, KeysUnavailable> {
            Ok(self.current())
        }

        async fn refresh(&self) {}
    }

    fn issuer() -> (Fixed, TokenIssuer) {
        let key = SigningKey::generate().expect("a key can be made");
        let keys = KeySet::from_json(public_jwks([&key]).to_string().as_bytes()).expect("it is a set");
        (Fixed(Arc::new(keys)), TokenIssuer::new(&key, "us", "us"))
    }

    async fn open(keys: &Fixed, kind: TicketKind, ticket: &str) -> Result<String, TicketError> {
        open_ticket(keys, "us", "us", kind, ticket).await
    }

    #[tokio::test]
    async fn a_ticket_is_good_for_its_kind_its_time_and_its_issuer_alone() {
        let ((keys, issuer), now) = (issuer(), SystemTime::now());
        let ticket = issuer.issue_ticket(KIND, "hello", now).expect("it is signed");
        assert_eq!(open(&keys, KIND, &ticket).await.expect("it is good"), "hello");
        assert!(matches!(open(&keys, OTHER, &ticket).await, Err(TicketError::Invalid)));
        assert!(matches!(open(&self::issuer().0, KIND, &ticket).await, Err(TicketError::Invalid)));
        let old = issuer.issue_ticket(KIND, "hello", now - Duration::from_secs(606)).expect("it is signed");
        assert!(matches!(open(&keys, KIND, &old).await, Err(TicketError::Expired)));
        for bad in ["", "a.b.c", &ticket[..ticket.len() - 4], &"x".repeat(BYTES_MAX + 1)] {
            assert!(matches!(open(&keys, KIND, bad).await, Err(TicketError::Invalid)), "{bad}");
        }
    }

    #[tokio::test]
    async fn neither_a_ticket_nor_an_access_token_is_taken_for_the_other() {
        let ((keys, issuer), now) = (issuer(), SystemTime::now());
        let access = issuer.issue(7, Roles::none(), now, Duration::from_secs(60)).expect("it is signed");
        assert!(matches!(open(&keys, KIND, &access).await, Err(TicketError::Invalid)));
        let ticket = issuer.issue_ticket(KIND, "hello", now).expect("it is signed");
        let verifier = TokenVerifier::new(vec![Arc::new(keys)], "us", "us", Arc::default());
        assert!(verifier.verify(&access).await.is_ok());
        assert!(verifier.verify(&ticket).await.is_err());
    }
}
