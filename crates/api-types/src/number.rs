//! Numbers and ids as text. One number has one spelling, wherever it stands: in a path, a query, a header or a token.

use std::str::FromStr;

/// ASCII digits without sign, leading zero or space; `None` for all else, and for what `T` does not hold.
///
/// `parse` alone would take a plus sign and leading zeros, and then caches, idempotency keys and logs would take one
/// thing for two.
#[must_use]
pub fn parse<T: FromStr>(text: &str) -> Option<T> {
    let canonical = text == "0" || !text.starts_with('0') && text.bytes().all(|byte| byte.is_ascii_digit());
    if canonical { text.parse().ok() } else { None }
}

/// The same for what is counted from 1: ids, positions and accounts.
#[must_use]
pub fn positive(text: &str) -> Option<i64> {
    parse(text).filter(|number| *number > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_has_one_spelling() {
        assert_eq!(parse::<u16>("65535"), Some(65_535));
        assert_eq!(parse::<i64>("0"), Some(0));
        assert_eq!(positive("9223372036854775807"), Some(i64::MAX));
        for text in [
            "",
            "-1",
            "+1",
            "01",
            "00",
            "007",
            " 1",
            "1 ",
            "1\t",
            "1.0",
            "1e3",
            "0x1",
            "1_000",
            "x",
            "\u{663}",
            "\u{ff11}",
            "9223372036854775808",
        ] {
            assert_eq!(parse::<i64>(text), None, "{text}");
        }
        assert_eq!(parse::<u16>("65536"), None);
        assert_eq!(positive("0"), None);
    }
}
