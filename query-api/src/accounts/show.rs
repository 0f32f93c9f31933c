//! What all queries for one account have in common.

use axum::response::Response;
use data_set::read::{self, AccountName};
use http_kit::Caller;

use crate::conditions::Conditions;
use crate::refusal::Refusal;
use crate::{AppState, present, view};

/// The account with a name as the caller sees it.
pub(super) async fn show(
    state: &AppState,
    caller: &Caller,
    name: &AccountName,
    conditions: &Conditions,
) -> Result<Response, Refusal> {
    let sees_hidden = present::sees_hidden(caller);
    let read = || read::get_profile(&state.pool, caller.account, sees_hidden, name);
    let found = state.positions.answer(&conditions.awaited, read).await?;
    conditions.answer(&present::account(found)?.map(|row| view::profile(row, sees_hidden)))
}
