//! Ids as they stand in addresses.

use api_types::codes;
use http_kit::{ApiProblem, number};

/// Whether there is anything under it, and of which kind, is not known here.
pub(crate) fn parse(parameter: &str, text: &str) -> Result<i64, ApiProblem> {
    let id = number::positive(text);
    id.ok_or_else(|| ApiProblem::new(codes::INVALID_PARAMETER).field(parameter, "expected an id, like 256"))
}
