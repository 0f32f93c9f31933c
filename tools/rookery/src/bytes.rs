//! Sizes as people type and read them: `512MiB`, `20GiB`.

const UNITS: [(&str, u64); 4] = [("TiB", 1 << 40), ("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)];

pub(crate) fn parse(text: &str) -> Result<u64, String> {
    let expected = || "expected a number of bytes, or one with KiB, MiB, GiB or TiB, like 20GiB".to_owned();
    let unit_at = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(unit_at);
    let unit_bytes = match unit.trim() {
        "" => 1,
        unit => UNITS.iter().find(|(name, _)| *name == unit).ok_or_else(expected)?.1,
    };
    let bytes = number.parse::<u64>().ok().and_then(|number| number.checked_mul(unit_bytes));
    // The broker counts in signed numbers.
    bytes.filter(|bytes| (1..=i64::MAX.unsigned_abs()).contains(bytes)).ok_or_else(expected)
}

/// With one digit behind the point, in the largest unit of which there is one.
pub(crate) fn show(bytes: u64) -> String {
    match UNITS.iter().find(|(_, unit)| bytes >= *unit) {
        Some((name, unit)) => {
            let tenths = u128::from(bytes) * 10 / u128::from(*unit);
            format!("{}.{} {name}", tenths / 10, tenths % 10)
        }
        None => format!("{bytes} B"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_and_shown() {
        assert_eq!(parse("20GiB"), Ok(20 << 30));
        assert_eq!(parse("8589934592"), Ok(8 << 30));
        for bad in ["", "0", "-1", "1.5GiB", "20GB", "9999999TiB", "GiB"] {
            assert!(parse(bad).is_err(), "{bad}");
        }
        assert_eq!(show(8 << 30), "8.0 GiB");
        assert_eq!(show(1_500), "1.4 KiB");
        assert_eq!(show(12), "12 B");
    }
}
