//! Whom a token names.

use uuid::Uuid;

use crate::roles::Roles;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TokenSubject {
    pub account: i64,
    pub roles: Roles,
    /// The session that the token belongs to; an operator's token has none.
    pub session: Option<Uuid>,
}
