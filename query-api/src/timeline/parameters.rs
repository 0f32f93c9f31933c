//! What the timeline routes take alike.

use api_types::codes;
use http_kit::ApiProblem;

/// A position, 0 included: before everything.
pub(super) fn since(text: &str) -> Result<i64, ApiProblem> {
    let is_canonical = text == "0" || text.starts_with(|first: char| matches!(first, '1'..='9'));
    let position = text.parse::<i64>().ok().filter(|_| is_canonical);
    position.ok_or_else(|| refuse("since", "expected the position of an item, or 0"))
}

fn refuse(parameter: &str, expected: &str) -> ApiProblem {
    ApiProblem::new(codes::INVALID_PARAMETER).field(parameter, expected)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_has_one_spelling() {
        assert_eq!(since("0").expect("the begin"), 0);
        assert_eq!(since("9223372036854775807").expect("the largest"), i64::MAX);
        for text in ["", "-1", "+1", "01", "00", "1.0", "1e3", " 1", "x", "9223372036854775808", "\u{663}"] {
            assert_eq!(since(text).expect_err(text).code(), "invalid-parameter");
        }
    }
}
