//! Issuing access tokens.
//!
//! The counterpart of the verification: the dispatcher signs the tokens of sessions with it, and
//! the operator's command those for scheduled jobs. Only the holder of the private key needs it.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde::Serialize;
use uuid::{NoContext, Timestamp, Uuid};

use crate::roles::{Role, Roles};
use crate::scopes::Scopes;
use crate::signing_key::SigningKey;
use crate::ticket::{TicketClaims, TicketKind};

/// How long the access token of a session is good. So long a session that ended has to be remembered.
pub const SESSION_TOKEN_LIFETIME: Duration = Duration::from_secs(3_600);

/// Signs tokens for one issuer and one audience.
pub struct TokenIssuer {
    key: EncodingKey,
    header: Header,
    issuer: String,
    audience: String,
}

#[derive(Debug, thiserror::Error)]
pub enum IssueError {
    #[error("the token cannot be signed")]
    Sign(#[source] jsonwebtoken::errors::Error),
    #[error("the clock stands before 1970")]
    Clock,
}

#[derive(Serialize)]
struct Claims<'claims> {
    iss: &'claims str,
    aud: &'claims str,
    sub: String,
    roles: Vec<&'static str>,
    iat: u64,
    exp: u64,
    jti: Uuid,
    #[serde(skip_serializing_if = "Option::is_none")]
    sid: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    scopes: Option<Vec<&'static str>>,
}

/// What a token says besides whom it is for, and until when.
struct Kind {
    id: Uuid,
    roles: Roles,
    session: Option<Uuid>,
    scopes: Option<Scopes>,
}

impl TokenIssuer {
    #[must_use]
    pub fn new(key: &SigningKey, issuer: impl Into<String>, audience: impl Into<String>) -> Self {
        let mut header = Header::new(Algorithm::EdDSA);
        header.typ = Some("at+jwt".to_owned());
        header.kid = Some(key.kid().to_owned());
        Self { key: key.encoding_key(), header, issuer: issuer.into(), audience: audience.into() }
    }

    /// A token that is good from `now` on, for as long as `lifetime`, in whole seconds.
    ///
    /// # Errors
    /// When the key is unusable or `now` lies before 1970.
    pub fn issue(
        &self,
        account: i64,
        roles: Roles,
        now: SystemTime,
        lifetime: Duration,
    ) -> Result<String, IssueError> {
        self.sign(account, &Kind { id: Uuid::now_v7(), roles, session: None, scopes: None }, now, lifetime)
    }

    /// The same for somebody who logged in: the token names the session that it belongs to. Its id says `now`, too: by
    /// that it is void or not.
    ///
    /// # Errors
    /// As with [`Self::issue`].
    pub fn issue_for_session(
        &self,
        account: i64,
        roles: Roles,
        session: Uuid,
        now: SystemTime,
        lifetime: Duration,
    ) -> Result<String, IssueError> {
        let since = now.duration_since(UNIX_EPOCH).map_err(|_before| IssueError::Clock)?;
        let id = Uuid::new_v7(Timestamp::from_unix(NoContext, since.as_secs(), since.subsec_nanos()));
        self.sign(account, &Kind { id, roles, session: Some(session), scopes: None }, now, lifetime)
    }

    /// A personal token, under its own id: it may do what its scopes allow, and has no role but `user`.
    ///
    /// # Errors
    /// As with [`Self::issue`].
    pub fn issue_personal(
        &self,
        account: i64,
        id: Uuid,
        scopes: Scopes,
        now: SystemTime,
        lifetime: Duration,
    ) -> Result<String, IssueError> {
        let roles = Roles::none().with(Role::User);
        self.sign(account, &Kind { id, roles, session: None, scopes: Some(scopes) }, now, lifetime)
    }

    /// A ticket that this service will open again.
    ///
    /// # Errors
    /// As with [`Self::issue`].
    pub fn issue_ticket(
        &self,
        kind: TicketKind,
        content: impl Serialize,
        now: SystemTime,
    ) -> Result<String, IssueError> {
        let iat = now.duration_since(UNIX_EPOCH).map_err(|_before| IssueError::Clock)?.as_secs();
        let header = Header { typ: Some(kind.name.to_owned()), ..self.header.clone() };
        let exp = iat.saturating_add(kind.lifetime.as_secs());
        let aud = kind.audience(&self.audience);
        let claims = TicketClaims { iss: self.issuer.clone(), aud, exp, content };
        encode(&header, &claims, &self.key).map_err(IssueError::Sign)
    }

    fn sign(
        &self,
        account: i64,
        kind: &Kind,
        now: SystemTime,
        lifetime: Duration,
    ) -> Result<String, IssueError> {
        let iat = now.duration_since(UNIX_EPOCH).map_err(|_before| IssueError::Clock)?.as_secs();
        let claims = Claims {
            iss: &self.issuer,
            aud: &self.audience,
            sub: account.to_string(),
            roles: kind.roles.iter().map(Role::name).collect(),
            iat,
            exp: iat.saturating_add(lifetime.as_secs()),
            jti: kind.id,
            sid: kind.session,
            scopes: kind.scopes.map(|scopes| scopes.iter().map(crate::Scope::name).collect()),
        };
        encode(&self.header, &claims, &self.key).map_err(IssueError::Sign)
    }
}

impl std::fmt::Debug for TokenIssuer {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { issuer, audience, header, .. } = self;
        formatter
            .debug_struct("TokenIssuer")
            .field("issuer", issuer)
            .field("audience", audience)
            .field("kid", &header.kid)
            .finish_non_exhaustive()
    }
}
