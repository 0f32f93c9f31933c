use jiff::Zoned;
use proptest::prelude::*;

use super::*;

fn zone(name: &str) -> TimeZone {
    TimeZone::get(name).expect("the zone is bundled")
}

fn moment(text: &str) -> Moment {
    let timestamp: Timestamp = text.parse().expect("tests give timestamps");
    Moment::at_or_after(timestamp.as_nanosecond())
}

/// Local times with offsets, to the minute.
fn shown(bucket: Bucket, name: &str, start: &str, end: &str) -> Vec<String> {
    let zone = zone(name);
    let range = TimeRange::new(Some(moment(start)), Some(moment(end))).expect("tests give ranges");
    let boundaries = boundaries(range, bucket, &zone, 100).expect("tests ask for little");
    let zoned =
        |at: &Moment| Timestamp::from_microsecond(at.as_micros()).expect("in range").to_zoned(zone.clone());
    boundaries.iter().map(|at| zoned(at).strftime("%m-%d %H:%M%::z").to_string()).collect()
}

#[test]
fn the_hour_skipped_in_spring_has_no_bucket() {
    assert_eq!(
        shown(Bucket::Hour, "Europe/Berlin", "2026-03-29T00:30:00Z", "2026-03-29T02:00:00Z"),
        ["03-29 01:00+01:00:00", "03-29 03:00+02:00:00", "03-29 04:00+02:00:00"]
    );
}

#[test]
fn the_hour_repeated_in_autumn_has_two_buckets() {
    assert_eq!(
        shown(Bucket::Hour, "Europe/Berlin", "2026-10-25T00:00:00Z", "2026-10-25T02:00:00Z"),
        ["10-25 02:00+02:00:00", "10-25 02:00+01:00:00", "10-25 03:00+01:00:00"]
    );
}

#[test]
fn clocks_that_move_by_half_an_hour_are_followed() {
    assert_eq!(
        shown(Bucket::Hour, "Australia/Lord_Howe", "2026-04-04T14:10:00Z", "2026-04-04T15:40:00Z"),
        ["04-05 01:00+11:00:00", "04-05 02:00+10:30:00", "04-05 03:00+10:30:00"]
    );
    assert_eq!(
        shown(Bucket::Hour, "Australia/Lord_Howe", "2026-10-03T15:00:00Z", "2026-10-03T16:00:00Z"),
        ["10-04 01:00+10:30:00", "10-04 02:30+11:00:00", "10-04 03:00+11:00:00"]
    );
}

#[test]
fn a_day_without_midnight_begins_when_it_begins() {
    assert_eq!(
        shown(Bucket::Day, "America/Sao_Paulo", "2018-11-03T12:00:00Z", "2018-11-04T12:00:00Z"),
        ["11-03 00:00-03:00:00", "11-04 01:00-02:00:00", "11-05 00:00-02:00:00"]
    );
}

#[test]
fn a_day_that_was_skipped_does_not_exist() {
    assert_eq!(
        shown(Bucket::Day, "Pacific/Apia", "2011-12-29T12:00:00Z", "2011-12-31T00:00:00Z"),
        ["12-29 00:00-10:00:00", "12-31 00:00+14:00:00", "01-01 00:00+14:00:00"]
    );
}

#[test]
fn local_mean_time_has_seconds() {
    let boundaries =
        shown(Bucket::Minute, "Europe/Amsterdam", "1890-01-01T00:00:00Z", "1890-01-01T00:00:01Z");
    assert_eq!(boundaries.len(), 2);
    let day = shown(Bucket::Day, "Africa/Monrovia", "1960-01-01T12:00:00Z", "1960-01-01T12:00:01Z");
    assert_eq!(day, ["01-01 00:00-00:44:30", "01-02 00:00-00:44:30"]);
}

#[test]
fn months_and_years_are_those_of_the_calendar() {
    assert_eq!(
        shown(Bucket::Month, "UTC", "2024-02-29T00:00:00Z", "2024-03-01T00:00:00.000001Z"),
        ["02-01 00:00+00:00:00", "03-01 00:00+00:00:00", "04-01 00:00+00:00:00"]
    );
    assert_eq!(shown(Bucket::Year, "Asia/Tokyo", "2024-12-31T15:00:00Z", "2025-01-01T00:00:00Z").len(), 2);
}

#[test]
fn too_many_buckets_are_refused_at_once() {
    assert_eq!(boundaries(TimeRange::ALWAYS, Bucket::Minute, &TimeZone::UTC, 10_000), None);
    assert_eq!(boundaries(TimeRange::ALWAYS, Bucket::Day, &TimeZone::UTC, 10_000), None);
    let range = |end| {
        TimeRange::new(Some(moment("2026-01-01T00:00:00Z")), Some(moment(end))).expect("it has a length")
    };
    let count = |end| boundaries(range(end), Bucket::Minute, &TimeZone::UTC, 60).map(|all| all.len() - 1);
    assert_eq!(count("2026-01-01T01:00:00Z"), Some(60));
    assert_eq!(count("2026-01-01T01:00:00.000001Z"), None);
}

const ZONES: [&str; 8] = [
    "UTC",
    "Europe/Berlin",
    "America/St_Johns",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "Pacific/Apia",
    "America/Toronto",
    "Africa/Casablanca",
];

/// What a bucket shows of a moment; two moments of one bucket show the same.
fn label(zoned: &Zoned, bucket: Bucket) -> (i16, i8, i8, i8, i8) {
    let (year, month, day) = (zoned.year(), zoned.month(), zoned.day());
    match bucket {
        Bucket::Minute => (year, month, day, zoned.hour(), zoned.minute()),
        Bucket::Hour => (year, month, day, zoned.hour(), 0),
        Bucket::Day => (year, month, day, 0, 0),
        Bucket::Month => (year, month, 0, 0, 0),
        Bucket::Year => (year, 0, 0, 0, 0),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn boundaries_rise_and_enclose_the_range(
        name in prop::sample::select(&ZONES),
        bucket in prop::sample::select(&[Bucket::Minute, Bucket::Hour, Bucket::Day, Bucket::Month, Bucket::Year]),
        start in -3_000_000_000_i64..3_000_000_000,
        seconds in 1_i64..20_000,
    ) {
        let zone = zone(name);
        let (start, end) = (Moment::from_seconds(start), Moment::from_seconds(start + seconds));
        let range = TimeRange::new(Some(start), Some(end)).expect("it has a length");
        let boundaries = boundaries(range, bucket, &zone, 10_000).expect("20,000 seconds have few buckets");
        prop_assert!(boundaries.windows(2).all(|pair| pair[0] < pair[1]));
        prop_assert!(boundaries[0] <= start && start < boundaries[1]);
        prop_assert!(boundaries[boundaries.len() - 2] < end && end <= boundaries[boundaries.len() - 1]);
        let at = |moment: Moment| {
            let timestamp = Timestamp::from_microsecond(moment.as_micros()).expect("in range");
            timestamp.to_zoned(zone.clone())
        };
        // A clock that is set back over midnight shows a date again for an hour; its bucket has begun by then.
        if name != "America/St_Johns" && name != "America/Toronto" {
            for pair in boundaries.windows(2) {
                prop_assert_eq!(label(&at(pair[0]), bucket), label(&at(pair[1].previous()), bucket));
            }
        }
    }
}
