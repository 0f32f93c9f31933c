//! What there is at an address, or the refusal where there is nothing.

use api_types::codes;
use data_set::read::{At, Existence};
use http_kit::Caller;
use tokens::Role;

use crate::refusal::Refusal;

/// Those who look after the place see what is hidden from others, to judge it.
pub(crate) fn sees_hidden(caller: &Caller) -> bool {
    caller.roles.contains(Role::Moderator) || caller.roles.contains(Role::Admin)
}

/// What is known of an account.
pub(crate) fn account<T>(found: At<Option<T>>) -> Result<At<T>, Refusal> {
    let At { position, value } = found;
    let value = value.ok_or_else(|| Refusal::at(position, codes::NOT_FOUND))?;
    Ok(At { position, value })
}

/// What is known of a message. Only its author and admins learn that it was deleted.
pub(crate) fn message<T>(found: At<Existence<T>>, caller: &Caller) -> Result<At<T>, Refusal> {
    let At { position, value } = found;
    match value {
        Existence::Present(value) => Ok(At { position, value }),
        Existence::Deleted { author } if author == caller.account || caller.roles.contains(Role::Admin) => {
            Err(Refusal::at(position, codes::GONE))
        }
        Existence::Deleted { .. } | Existence::Unknown => Err(Refusal::at(position, codes::NOT_FOUND)),
    }
}
