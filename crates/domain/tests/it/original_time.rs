use domain::{AccountId, Beginning, MessageId, OriginalTime, Rejection, TimeRejection};
use proptest::prelude::*;
use time::macros::datetime;
use time::{Duration, OffsetDateTime, UtcOffset};

const NOW: OffsetDateTime = datetime!(2026-06-01 12:00 UTC);
const SKEW: Duration = Duration::minutes(5);

#[test]
fn the_bounds_belong_to_it() {
    let (epoch, latest) = (OffsetDateTime::UNIX_EPOCH, NOW + SKEW);
    for fits in [epoch, NOW, latest, datetime!(1969-12-31 23:00 -1)] {
        assert_eq!(OriginalTime::parse(fits, NOW, []).map(OriginalTime::get), Ok(fits));
    }
    let instant = Duration::nanoseconds(1);
    for bad in [
        epoch - instant,
        latest + instant,
        datetime!(0000-01-01 0:00 +23:59),
        datetime!(9999-12-31 23:59 -23:59),
    ] {
        assert_eq!(OriginalTime::parse(bad, NOW, []), Err(TimeRejection::TimeMustBePlausible), "{bad}");
    }
}

#[test]
fn nothing_is_older_than_what_it_is_about() {
    let account: AccountId = "7".parse().expect("an id");
    let message: MessageId = "256".parse().expect("an id");
    let (registered, written) = (datetime!(2019-01-01 0:00 UTC), datetime!(2019-02-01 12:00:00.5 UTC));
    let about = [Beginning::Account(account, registered), Beginning::Message(message, written)];
    for fits in [written, NOW, datetime!(2019-02-01 13:00:00.5 +1)] {
        assert_eq!(OriginalTime::parse(fits, NOW, about).map(OriginalTime::get), Ok(fits));
    }
    let instant = Duration::nanoseconds(1);
    let refusals = [
        (
            registered - instant,
            "TimeMustNotBeBeforeAccount",
            "the original time lies before 2019-01-01T00:00:00Z, when account 7 was registered",
        ),
        (
            written - instant,
            "TimeMustNotBeBeforeMessage",
            "the original time lies before 2019-02-01T12:00:00.5Z, when message 256 was written",
        ),
    ];
    for (time, code, detail) in refusals {
        let rejection = OriginalTime::parse(time, NOW, about).expect_err("it is too early");
        assert_eq!((rejection.code(), rejection.to_string().as_str()), (code, detail));
    }
}

proptest! {
    #[test]
    fn a_plausible_time_is_kept_to_the_nanosecond_in_utc(
        seconds in 0..NOW.unix_timestamp(),
        nanoseconds in 0_i64..1_000_000_000,
        offset in -86_399_i32..86_399,
    ) {
        let instant = OffsetDateTime::UNIX_EPOCH + Duration::seconds(seconds) + Duration::nanoseconds(nanoseconds);
        let offset = UtcOffset::from_whole_seconds(offset).expect("it is less than a day");
        let parsed = OriginalTime::parse(instant.to_offset(offset), NOW, []).expect("it is past").get();
        prop_assert_eq!((parsed, parsed.offset()), (instant, UtcOffset::UTC));
    }

    #[test]
    fn what_is_outside_is_refused(beyond in 1_i64..200_000_000_000) {
        let beyond = Duration::seconds(beyond);
        let outside = [OffsetDateTime::UNIX_EPOCH.checked_sub(beyond), (NOW + SKEW).checked_add(beyond)];
        for time in outside.into_iter().flatten() {
            prop_assert_eq!(OriginalTime::parse(time, NOW, []), Err(TimeRejection::TimeMustBePlausible));
        }
    }
}
