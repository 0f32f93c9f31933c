//! Periods as people type them: `90s`, `1h`.

use std::time::Duration;

/// Longer than anybody means; a typing error ends here.
const MAX: Duration = Duration::from_secs(366 * 24 * 60 * 60);

pub(crate) fn parse(text: &str) -> Result<Duration, String> {
    let expected = || "expected a number with s, m, h or d, like 90s, 1h or 7d; at most 366d".to_owned();
    let unit_at = text.find(|c: char| !c.is_ascii_digit()).ok_or_else(expected)?;
    let (number, unit) = text.split_at(unit_at);
    let unit_seconds: u64 = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 60 * 60,
        "d" => 24 * 60 * 60,
        _ => return Err(expected()),
    };
    let seconds = number.parse::<u64>().ok().and_then(|number| number.checked_mul(unit_seconds));
    let period = seconds.filter(|seconds| *seconds > 0).map(Duration::from_secs);
    period.filter(|period| *period <= MAX).ok_or_else(expected)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_have_a_unit_and_an_end() {
        assert_eq!(parse("90s"), Ok(Duration::from_secs(90)));
        assert_eq!(parse("1h"), Ok(Duration::from_secs(3_600)));
        assert_eq!(parse("366d"), Ok(MAX));
        for bad in ["", "1", "h", "0s", "-1h", "1w", "1.5h", "367d", "99999999999999999999d"] {
            assert!(parse(bad).is_err(), "{bad}");
        }
    }
}
