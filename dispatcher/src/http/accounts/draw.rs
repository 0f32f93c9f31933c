//! An id that nobody has.

use std::future::Future;

use domain::AccountId;
use domain::account::AccountRejection;
use http_kit::ApiProblem;

use crate::decision::{AccountOutcome, ExecuteError};
use crate::executor::Executed;
use crate::refusal::Refusal;

/// Ids that are drawn for one account. Two accounts of the same second draw the same one of 8,192 now and then.
const DRAWS_MAX: usize = 5;

/// Draws and registers until the id is new.
pub(crate) async fn until_new<F>(
    draw: impl Fn() -> Option<AccountId>,
    register: impl Fn(AccountId) -> F,
) -> Result<Executed<AccountOutcome>, Refusal>
where
    F: Future<Output = Result<Executed<AccountOutcome>, ExecuteError<AccountRejection>>>,
{
    for _ in 0..DRAWS_MAX {
        let account = draw().ok_or_else(|| ApiProblem::internal("the clock is outside of 2025 to 2161"))?;
        match register(account).await {
            Err(ExecuteError::Rejected(AccountRejection::AccountMustBeNew)) => {}
            executed => return Ok(executed?),
        }
    }
    Err(Refusal::rejected(&AccountRejection::AccountMustBeNew))
}
