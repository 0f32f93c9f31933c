//! How many entries a page has.

use api_types::codes;
use http_kit::{ApiProblem, number};

const LIMIT_DEFAULT: u16 = 20;
const LIMIT_MAX: u16 = 100;

pub(crate) fn limit(text: Option<&str>) -> Result<u16, ApiProblem> {
    let Some(text) = text else { return Ok(LIMIT_DEFAULT) };
    let limit = number::parse(text).filter(|limit| (1..=LIMIT_MAX).contains(limit));
    limit.ok_or_else(|| {
        ApiProblem::new(codes::INVALID_PARAMETER).field("limit", "expected a whole number from 1 to 100")
    })
}
