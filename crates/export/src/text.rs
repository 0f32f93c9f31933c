//! Cells as text: times in RFC 3339 and UTC, and what would be a formula in a spreadsheet.

use std::fmt::Write as _;

use time::format_description::well_known::Rfc3339;
use time::macros::format_description;
use time::{Date, OffsetDateTime, UtcOffset};

/// Taken away from a text that begins with it, so that every text comes back as it was.
pub(crate) const ESCAPE: char = '\'';

/// Microseconds since 1970 as `2026-03-01T23:30:07.000070Z`. `None` outside of the years 0 to 9999.
pub(crate) fn timestamp(micros: i64) -> Option<String> {
    let mut text = String::with_capacity(27);
    write_timestamp(micros, &mut text)?;
    Some(text)
}

pub(crate) fn write_timestamp(micros: i64, out: &mut String) -> Option<()> {
    let time = OffsetDateTime::from_unix_timestamp_nanos(i128::from(micros) * 1_000).ok()?;
    let (year, month, day) = time.to_calendar_date();
    if !(0..=9999).contains(&year) {
        return None;
    }
    let (hour, minute, second, micro) = time.to_hms_micro();
    let month = u8::from(month);
    write!(out, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{micro:06}Z").ok()
}

/// In any offset.
pub(crate) fn parse_timestamp(text: &str) -> Option<i64> {
    let time = OffsetDateTime::parse(text, &Rfc3339).ok()?.to_offset(UtcOffset::UTC);
    i64::try_from(time.unix_timestamp_nanos().div_euclid(1_000)).ok()
}

/// Days since 1970 as `2026-03-01`.
pub(crate) fn date(days: i32) -> Option<String> {
    let date = Date::from_julian_day(days.checked_add(julian_epoch())?).ok()?;
    date.format(format_description!("[year]-[month]-[day]")).ok()
}

pub(crate) fn parse_date(text: &str) -> Option<i32> {
    let date = Date::parse(text, format_description!("[year]-[month]-[day]")).ok()?;
    Some(date.to_julian_day() - julian_epoch())
}

fn julian_epoch() -> i32 {
    OffsetDateTime::UNIX_EPOCH.date().to_julian_day()
}

/// Whether a spreadsheet could take the text for a formula, or it begins as an escaped one does.
pub(crate) fn is_escaped(text: &str) -> bool {
    const BEGINS: [char; 12] =
        ['=', '+', '-', '@', '\t', '\r', '\n', ESCAPE, '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}'];
    text.starts_with(BEGINS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_and_dates_come_back() {
        for micros in [0, -1, 1_772_407_807_000_070, 253_402_300_799_999_999] {
            let text = timestamp(micros).expect("it has a year of four digits");
            assert_eq!(parse_timestamp(&text), Some(micros), "{text}");
        }
        assert_eq!(timestamp(70).as_deref(), Some("1970-01-01T00:00:00.000070Z"));
        assert_eq!(parse_timestamp("1970-01-01T02:00:00.5+02:00"), Some(500_000));
        assert_eq!(timestamp(i64::MAX), None, "infinity");
        assert_eq!((date(20_513).as_deref(), parse_date("2026-03-01")), (Some("2026-03-01"), Some(20_513)));
    }
}
