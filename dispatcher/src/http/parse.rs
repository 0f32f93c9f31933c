//! From the words of a request to values that cannot be wrong.

use api_types::codes;
use domain::{AccountId, IdError, MessageId};
use http_kit::ApiProblem;

use crate::refusal::Refusal;

/// The `{id}` of a path below `/v1/messages`.
pub(crate) fn message_id(raw: &str) -> Result<MessageId, Refusal> {
    raw.parse().map_err(|error| bad_id(&error))
}

/// The `{id}` of a path below `/v1/accounts`.
pub(crate) fn account_id(raw: &str) -> Result<AccountId, Refusal> {
    raw.parse().map_err(|error| bad_id(&error))
}

fn bad_id(error: &IdError) -> Refusal {
    ApiProblem::new(codes::INVALID_PARAMETER).field("id", error.to_string()).into()
}
