//! Ids as they stand in addresses.

use api_types::codes;
use http_kit::ApiProblem;

/// A positive decimal without a sign or leading zeros, so that one thing has one address. Whether there is anything under
/// it, and of which kind, is not known here.
pub(crate) fn parse(parameter: &str, text: &str) -> Result<i64, ApiProblem> {
    let canonical = text.bytes().all(|byte| byte.is_ascii_digit()) && !text.starts_with('0');
    text.parse()
        .ok()
        .filter(|_| canonical)
        .ok_or_else(|| ApiProblem::new(codes::INVALID_PARAMETER).field(parameter, "expected an id, like 256"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_has_one_spelling() {
        assert_eq!(parse("id", "9223372036854775807").expect("it is the largest"), i64::MAX);
        for text in ["", "0", "-1", "+1", "01", "1.0", "1e3", " 1", "x", "9223372036854775808", "\u{663}"] {
            assert_eq!(parse("id", text).expect_err(text).code(), "invalid-parameter");
        }
    }
}
