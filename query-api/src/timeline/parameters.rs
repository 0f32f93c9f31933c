//! What the timeline routes take alike.

use api_types::codes;
use http_kit::{ApiProblem, number};

/// A position, 0 included: before everything.
pub(super) fn since(text: &str) -> Result<i64, ApiProblem> {
    number::parse(text).ok_or_else(|| {
        ApiProblem::new(codes::INVALID_PARAMETER).field("since", "expected the position of an item, or 0")
    })
}
