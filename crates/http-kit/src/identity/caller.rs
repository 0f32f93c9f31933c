//! The extractors by which a handler says what it demands of its caller.

use std::sync::Arc;

use api_types::codes;
use axum::extract::{FromRef, FromRequestParts};
use http::request::Parts;
use tokens::{Role, Roles, Scope, Scopes, TokenSubject};
use uuid::Uuid;

use super::Identity;
use crate::problem::ApiProblem;

/// A known caller. As an extractor it is for writes: an anonymous caller is refused with 401.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Caller {
    pub account: i64,
    pub roles: Roles,
    /// The session that the identity belongs to; an operator's token and a gateway's identity have none.
    pub session: Option<Uuid>,
    /// Of a personal token alone: what it may do.
    pub scopes: Option<Scopes>,
}

/// A known caller, for reads: an anonymous one is refused with 403.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reader(pub Caller);

/// A caller who may be anonymous. A bad credential is refused even so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OptionalCaller(pub Option<Caller>);

impl From<TokenSubject> for Caller {
    fn from(subject: TokenSubject) -> Self {
        let TokenSubject { account, roles, session, scopes, .. } = subject;
        Self { account, roles, session, scopes }
    }
}

impl Caller {
    /// # Errors
    /// `role-required`, naming the roles: one of them is enough.
    pub fn require_any(&self, roles: &[Role]) -> Result<(), ApiProblem> {
        if roles.iter().any(|role| self.roles.contains(*role)) {
            return Ok(());
        }
        let names = roles.iter().map(|role| role.name()).collect::<Vec<_>>().join(" or ");
        Err(ApiProblem::new(codes::ROLE_REQUIRED).detail(format!("This needs the role {names}.")))
    }

    /// The session that the caller logged in to.
    ///
    /// # Errors
    /// `session-required` for every other identity: what guards an account is for its owner alone, and not for scripts.
    pub fn require_session(&self) -> Result<Uuid, ApiProblem> {
        self.session.ok_or_else(|| ApiProblem::new(codes::SESSION_REQUIRED))
    }

    fn with_scope(self, scope: Scope) -> Result<Self, ApiProblem> {
        if self.scopes.is_none_or(|scopes| scopes.contains(scope)) {
            return Ok(self);
        }
        Err(ApiProblem::new(codes::SCOPE_REQUIRED).detail(format!("This needs the scope {scope}.")))
    }
}

impl<S> FromRequestParts<S> for Caller
where
    Arc<Identity>: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = ApiProblem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiProblem> {
        resolve(parts, state).await?.ok_or(codes::UNAUTHENTICATED)?.with_scope(Scope::Write)
    }
}

impl<S> FromRequestParts<S> for Reader
where
    Arc<Identity>: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = ApiProblem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiProblem> {
        resolve(parts, state).await?.ok_or(codes::IDENTITY_REQUIRED)?.with_scope(Scope::Read).map(Self)
    }
}

impl<S> FromRequestParts<S> for OptionalCaller
where
    Arc<Identity>: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = ApiProblem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiProblem> {
        resolve(parts, state).await.map(Self)
    }
}

async fn resolve<S>(parts: &Parts, state: &S) -> Result<Option<Caller>, ApiProblem>
where
    Arc<Identity>: FromRef<S>,
{
    Arc::<Identity>::from_ref(state).resolve(&parts.headers).await
}
