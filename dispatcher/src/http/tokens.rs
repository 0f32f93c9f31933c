//! Personal tokens: for scripts, with less than their owner may do, until a day that is known from the start.
//!
//! A token is made in this order: its signing key is kept until it expires, it is written down, and only then signed.
//! So whatever dies in between, no token is good that its owner does not see. It is revoked first for all services, and
//! then noted as revoked.

mod create_token;
mod list_tokens;
mod revoke_all_tokens;
mod revoke_token;

use api_types::tokens::{Token, TokenScope};
use tokens::{Scope, Scopes};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::State;
use crate::credential_store::PersonalToken;

pub(super) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::default()
        .routes(routes!(
            create_token::create_token,
            list_tokens::list_tokens,
            revoke_all_tokens::revoke_all_tokens
        ))
        .routes(routes!(revoke_token::revoke_token))
}

fn show(token: PersonalToken) -> Token {
    let scopes = token.scopes.iter().map(|scope| match scope {
        Scope::Read => TokenScope::Read,
        Scope::Write => TokenScope::Write,
    });
    Token {
        id: token.id.to_string(),
        name: token.name,
        scopes: scopes.collect(),
        created_at: token.created_at,
        expires_at: token.expires_at,
    }
}

fn scopes(asked: &[TokenScope]) -> Scopes {
    let scopes = asked.iter().map(|scope| match scope {
        TokenScope::Read => Scope::Read,
        TokenScope::Write => Scope::Write,
    });
    scopes.collect()
}
