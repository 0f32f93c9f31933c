//! Times as Postgres holds and prints them.

use time::macros::format_description;
use time::{OffsetDateTime, UtcOffset};

/// In UTC and whole microseconds, rounded down, which is all that a timestamptz holds.
pub(crate) fn whole(time: OffsetDateTime) -> OffsetDateTime {
    let time = time.to_offset(UtcOffset::UTC);
    // A microsecond of a time, six digits, is one for its replacement.
    time.replace_microsecond(time.microsecond()).unwrap_or(time)
}

/// As Postgres writes a timestamptz into JSON, in UTC.
pub(crate) fn text(time: OffsetDateTime) -> String {
    let time = whole(time);
    let format = format_description!("[year]-[month]-[day]T[hour]:[minute]:[second]");
    // The format has no component that could fail.
    let seconds = time.format(format).unwrap_or_default();
    let micros = time.microsecond();
    if micros == 0 {
        return format!("{seconds}+00:00");
    }
    format!("{seconds}.{}+00:00", format!("{micros:06}").trim_end_matches('0'))
}

/// The begin of the period of a width that holds a time, in UTC.
pub(crate) fn begin_of(time: OffsetDateTime, granularity: &str) -> OffsetDateTime {
    let time = whole(time);
    let (date, hour, minute) = (time.date(), time.hour(), time.minute());
    let begin = match granularity {
        "all" => return OffsetDateTime::UNIX_EPOCH,
        "month" => date.replace_day(1).map(time::Date::midnight),
        "day" => Ok(date.midnight()),
        "hour" => date.with_hms(hour, 0, 0),
        _ => date.with_hms(hour, minute, 0),
    };
    // Every month has a first, and hour and minute come from a time.
    begin.map_or(time, time::PrimitiveDateTime::assume_utc)
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn times_are_written_as_postgres_does() {
        assert_eq!(text(datetime!(2026-03-01 23:30:07 UTC)), "2026-03-01T23:30:07+00:00");
        assert_eq!(text(datetime!(2026-03-01 23:30:07.000_070_9 UTC)), "2026-03-01T23:30:07.00007+00:00");
        assert_eq!(text(datetime!(1971-01-01 01:30:00.5 +2)), "1970-12-31T23:30:00.5+00:00");
    }

    #[test]
    fn periods_begin_in_utc() {
        let time = datetime!(2026-03-01 01:30:07.5 +2);
        let begins = ["month", "day", "hour", "minute"].map(|granularity| begin_of(time, granularity));
        assert_eq!(
            begins,
            [
                datetime!(2026-02-01 0:00 UTC),
                datetime!(2026-02-28 0:00 UTC),
                datetime!(2026-02-28 23:00 UTC),
                datetime!(2026-02-28 23:30 UTC),
            ]
        );
    }
}
