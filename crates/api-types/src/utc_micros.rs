//! Times as the APIs give them: RFC 3339 in UTC with six digits of fraction, always. So they are all of one length, and
//! sort as text as they do as times. For `#[serde(with)]`; any RFC 3339 is read.

use serde::{Deserializer, Serialize, Serializer, ser};
use time::format_description::StaticFormatDescription;
use time::macros::format_description;
use time::{OffsetDateTime, UtcOffset};

/// The data set has whole microseconds, so nothing is cut off.
const FORM: StaticFormatDescription =
    format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:6]Z");

pub(crate) fn serialize<S: Serializer>(at: &OffsetDateTime, serializer: S) -> Result<S::Ok, S::Error> {
    at.to_offset(UtcOffset::UTC).format(FORM).map_err(ser::Error::custom)?.serialize(serializer)
}

pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<OffsetDateTime, D::Error> {
    time::serde::rfc3339::deserialize(deserializer)
}

/// For a time that may be null.
pub(crate) mod option {
    use serde::{Deserializer, Serializer};
    use time::OffsetDateTime;

    pub(crate) fn serialize<S: Serializer>(
        at: &Option<OffsetDateTime>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        match at {
            Some(at) => super::serialize(at, serializer),
            None => serializer.serialize_none(),
        }
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<OffsetDateTime>, D::Error> {
        time::serde::rfc3339::option::deserialize(deserializer)
    }
}

#[cfg(test)]
mod tests {
    use serde::{Deserialize, Serialize};
    use time::macros::datetime;

    use super::*;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Times {
        #[serde(with = "super")]
        at: OffsetDateTime,
        #[serde(with = "super::option")]
        maybe: Option<OffsetDateTime>,
    }

    #[test]
    fn a_time_has_six_digits_of_fraction_in_utc() {
        for (at, text) in [
            (datetime!(2026-01-01 00:00 UTC), "2026-01-01T00:00:00.000000Z"),
            (datetime!(2026-01-01 00:00:00.5 +1), "2025-12-31T23:00:00.500000Z"),
            (datetime!(1970-01-01 00:00:00.000_001 UTC), "1970-01-01T00:00:00.000001Z"),
            (datetime!(9999-12-31 23:59:59.123_456 UTC), "9999-12-31T23:59:59.123456Z"),
        ] {
            let json = serde_json::to_string(&Times { at, maybe: Some(at) }).expect("it can be written");
            assert_eq!(json, format!(r#"{{"at":"{text}","maybe":"{text}"}}"#));
            let read: Times = serde_json::from_str(&json).expect("it was just written");
            assert_eq!(read, Times { at, maybe: Some(at) });
        }
        let none = Times { at: datetime!(2026-01-01 00:00 UTC), maybe: None };
        assert_eq!(
            serde_json::to_string(&none).expect("it can be written"),
            r#"{"at":"2026-01-01T00:00:00.000000Z","maybe":null}"#
        );
    }
}
