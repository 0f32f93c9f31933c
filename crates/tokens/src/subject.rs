//! Whom a token names.

use uuid::Uuid;

use crate::roles::Roles;
use crate::scopes::Scopes;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TokenSubject {
    pub account: i64,
    pub roles: Roles,
    /// The session that the token belongs to; an operator's token has none.
    pub session: Option<Uuid>,
    /// Of a personal token alone: what it may do. All others may do all that their roles allow.
    pub scopes: Option<Scopes>,
    /// The token's own id, where it is one of ours.
    pub token: Option<Uuid>,
    /// Milliseconds since 1970; 0 where the token does not tell.
    pub issued: u64,
}
