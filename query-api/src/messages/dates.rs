//! Bounds of a range of time as callers write them.
//!
//! `YYYY-MM-DD` is that whole day in the caller's time zone, so as an end it includes the day: all that has this local
//! date, also where a clock is set back over midnight. A timestamp with a zone is an exact bound: the start is inside
//! of the range, the end is not.

use api_types::codes;
use data_set::read::{Bound, TimeRange, Timestamp, date_bound};
use http_kit::ApiProblem;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// Names of zones are shorter, and made of fewer characters than what else a time zone may be described with.
const ZONE_CHARS_MAX: usize = 64;

pub(crate) fn zone(name: Option<&str>) -> Result<TimeZone, ApiProblem> {
    let Some(name) = name else { return Ok(TimeZone::UTC) };
    let is_name = name.len() <= ZONE_CHARS_MAX
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'_' | b'+' | b'-'));
    let zone = if is_name { TimeZone::get(name).ok() } else { None };
    zone.ok_or_else(|| refuse("tz", "expected the name of an IANA time zone, like Europe/Berlin"))
}

pub(crate) fn range(
    start: Option<&str>,
    end: Option<&str>,
    zone: &TimeZone,
) -> Result<TimeRange, ApiProblem> {
    let start = start.map(|text| bound("dateStart", text, |day| date_bound(zone, day))).transpose()?;
    let after = |day: Date| date_bound(zone, day.tomorrow().ok()?);
    let end = end.map(|text| bound("dateEnd", text, after)).transpose()?;
    TimeRange::between(start, end).ok_or_else(|| refuse("dateStart", "expected a date before dateEnd"))
}

/// A timestamp is its own bound; `of_day` says what a day is one for.
fn bound(
    parameter: &str,
    text: &str,
    of_day: impl FnOnce(Date) -> Option<Bound>,
) -> Result<Bound, ApiProblem> {
    // After the calendar's last day comes nothing, and no message is that late.
    let day = || day(text).map(|day| of_day(day).unwrap_or(Timestamp::MAX.into()));
    let exact = || exact(text).map(Bound::from);
    day().or_else(exact).ok_or_else(|| {
        let expected = "expected a day like 2026-01-31, or a timestamp with a zone like 2026-01-31T12:00:00Z";
        refuse(parameter, expected)
    })
}

fn day(text: &str) -> Option<Date> {
    let shape =
        |(at, byte): (usize, u8)| if matches!(at, 4 | 7) { byte == b'-' } else { byte.is_ascii_digit() };
    if text.len() != 10 || !text.bytes().enumerate().all(shape) {
        return None;
    }
    let date = Date::new(text[..4].parse().ok()?, text[5..7].parse().ok()?, text[8..].parse().ok()?).ok()?;
    (date.year() >= 1).then_some(date)
}

fn exact(text: &str) -> Option<Timestamp> {
    // A plus sign that was not percent-encoded arrives as a space; nothing else can stand there.
    let sign = text.len().checked_sub("+01:00".len())?;
    let repaired = match text.as_bytes().get(sign) {
        Some(b' ') if sign > 0 => format!("{}+{}", &text[..sign], &text[sign + 1..]),
        _ => text.to_owned(),
    };
    let time = OffsetDateTime::parse(&repaired, &Rfc3339).ok()?;
    (time.year() >= 1).then(|| time.into())
}

fn refuse(parameter: &str, expected: &str) -> ApiProblem {
    ApiProblem::new(codes::INVALID_PARAMETER).field(parameter, expected)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(start: &str, end: &str, tz: &str) -> (String, String) {
        let zone = zone(Some(tz)).expect("tests name zones");
        let range = range(Some(start), Some(end), &zone).expect("tests give ranges");
        let text =
            |timestamp: Timestamp| timestamp.to_time().format(&Rfc3339).expect("it has four digits of year");
        (text(range.start()), text(range.end()))
    }

    #[test]
    fn a_date_is_its_whole_day_in_the_zone() {
        let day = ("2026-03-28T23:00:00Z".to_owned(), "2026-03-29T22:00:00Z".to_owned());
        assert_eq!(parsed("2026-03-29", "2026-03-29", "Europe/Berlin"), day);
    }

    #[test]
    fn a_day_lies_in_pieces_where_the_clock_is_set_back_over_midnight() {
        let zone = zone(Some("America/St_Johns")).expect("it is a zone");
        let intervals = |start: &str, end: &str| {
            let range = range(Some(start), Some(end), &zone).expect("tests give ranges");
            let text = |timestamp: Timestamp| {
                timestamp.to_time().format(&Rfc3339).expect("it has four digits of year")
            };
            let intervals = range
                .intervals()
                .iter()
                .map(|interval| format!("{} {}", text(interval.start), text(interval.end)));
            intervals.collect::<Vec<_>>()
        };
        // At 00:01 on the 29th it is 23:01 on the 28th again.
        assert_eq!(
            intervals("2006-10-28", "2006-10-28"),
            ["2006-10-28T02:30:00Z 2006-10-29T02:30:00Z", "2006-10-29T02:31:00Z 2006-10-29T03:30:00Z"]
        );
        assert_eq!(
            intervals("2006-10-29", "2006-10-29"),
            ["2006-10-29T02:30:00Z 2006-10-29T02:31:00Z", "2006-10-29T03:30:00Z 2006-10-30T03:30:00Z"]
        );
        assert_eq!(intervals("2006-10-28", "2006-10-29"), ["2006-10-28T02:30:00Z 2006-10-30T03:30:00Z"]);
        assert_eq!(
            intervals("2006-10-29", "2006-10-29T03:00:00Z"),
            ["2006-10-29T02:30:00Z 2006-10-29T02:31:00Z"]
        );
    }

    #[test]
    fn a_timestamp_is_exact_to_the_microsecond() {
        let range = parsed("2026-01-01T00:00:00.0000001Z", "2026-01-01T01:00:00.5+01:00", "Asia/Tokyo");
        assert_eq!(range, ("2026-01-01T00:00:00.000001Z".to_owned(), "2026-01-01T00:00:00.5Z".to_owned()));
    }

    #[test]
    fn a_plus_sign_that_was_not_encoded_is_understood() {
        let range = parsed("2026-01-01T02:00:00 02:00", "2026-01-02", "UTC");
        assert_eq!(range.0, "2026-01-01T00:00:00Z");
    }

    #[test]
    fn the_last_day_of_the_calendar_has_an_end() {
        assert!(range(None, Some("9999-12-31"), &TimeZone::UTC).is_ok());
    }

    #[test]
    fn what_is_no_date_is_refused() {
        for text in [
            "",
            "2026",
            "2026-13-01",
            "2026-02-30",
            "0000-01-01",
            "2026-1-1",
            "20260101",
            "2026-01-01T00:00:00",
            "2026-01-01T25:00:00Z",
            "0000-06-01T00:00:00Z",
            "-001-01-01",
            "2026-01-01 ",
            "99999-01-01",
            "now",
            "2026-01-01T00:00:00Z[UTC]",
            "\u{662}026-01-01",
            "2026-01-01T00:00:00\u{e9}01:00",
        ] {
            let problem = range(Some(text), None, &TimeZone::UTC).expect_err(text);
            assert_eq!(problem.code(), "invalid-parameter", "{text}");
            assert_eq!(problem.problem().errors[0].field, "dateStart", "{text}");
        }
    }

    #[test]
    fn start_must_be_before_end() {
        for (start, end) in [("2026-01-02", "2026-01-01"), ("2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z")] {
            assert!(range(Some(start), Some(end), &TimeZone::UTC).is_err());
        }
    }

    #[test]
    fn what_is_no_zone_is_refused() {
        for name in
            ["", "Mars/Olympus", "+02:00", "../etc/passwd", "UTC ", "Europe/Berlin\n", &"x".repeat(65)]
        {
            assert_eq!(zone(Some(name)).expect_err(name).code(), "invalid-parameter");
        }
    }
}
