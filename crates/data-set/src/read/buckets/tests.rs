use jiff::Zoned;
use proptest::prelude::*;

use super::*;

fn zone(name: &str) -> TimeZone {
    TimeZone::get(name).expect("the zone is bundled")
}

fn timestamp(text: &str) -> Timestamp {
    let timestamp: jiff::Timestamp = text.parse().expect("tests give timestamps");
    Timestamp::at_or_after(timestamp.as_nanosecond())
}

fn range(start: &str, end: &str) -> TimeRange {
    TimeRange::new(Some(timestamp(start)), Some(timestamp(end))).expect("tests give ranges")
}

fn shown_at(at: Timestamp, zone: &TimeZone) -> Zoned {
    jiff::Timestamp::from_microsecond(at.as_micros()).expect("in range").to_zoned(zone.clone())
}

/// Where buckets begin and the last one ends, in local times with offsets, to the minute.
fn shown(bucket: Bucket, name: &str, start: &str, end: &str) -> Vec<String> {
    let zone = zone(name);
    let buckets = buckets(&range(start, end), bucket, &zone, 100).expect("tests ask for little");
    let begins = buckets.iter().map(|intervals| intervals[0].start);
    let end = buckets.last().and_then(|intervals| intervals.last()).map(|interval| interval.end);
    begins.chain(end).map(|at| shown_at(at, &zone).strftime("%m-%d %H:%M%::z").to_string()).collect()
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
fn a_day_shown_twice_is_one_bucket_in_two_pieces() {
    let zone = zone("America/St_Johns");
    let days = buckets(&range("2006-10-28T12:00:00Z", "2006-10-29T12:00:00Z"), Bucket::Day, &zone, 2);
    let interval = |start, end| timestamp(start)..timestamp(end);
    // At 00:01 on the 29th it is 23:01 on the 28th again.
    assert_eq!(
        days.expect("there are two"),
        [
            [
                interval("2006-10-28T02:30:00Z", "2006-10-29T02:30:00Z"),
                interval("2006-10-29T02:31:00Z", "2006-10-29T03:30:00Z")
            ],
            [
                interval("2006-10-29T02:30:00Z", "2006-10-29T02:31:00Z"),
                interval("2006-10-29T03:30:00Z", "2006-10-30T03:30:00Z")
            ],
        ]
    );
}

#[test]
fn too_many_buckets_are_refused_at_once() {
    assert_eq!(buckets(&TimeRange::always(), Bucket::Minute, &TimeZone::UTC, 10_000), None);
    assert_eq!(buckets(&TimeRange::always(), Bucket::Day, &TimeZone::UTC, 10_000), None);
    let count = |end| {
        let range = range("2026-01-01T00:00:00Z", end);
        buckets(&range, Bucket::Minute, &TimeZone::UTC, 60).map(|all| all.len())
    };
    assert_eq!(count("2026-01-01T01:00:00Z"), Some(60));
    assert_eq!(count("2026-01-01T01:00:00.000001Z"), None);
}

/// Fails unless each of the days from `first` on has exactly the moments with its local date.
fn check_days(zone: &TimeZone, first: Date, days: u16) {
    let dates = first.series(jiff::Span::new().days(1)).take(usize::from(days) + 1);
    let bounds: Vec<(Date, Bound)> =
        dates.map(|date| (date, date_bound(zone, date).expect("the calendar goes on"))).collect();
    let mut all: Vec<Range<Timestamp>> = Vec::new();
    for pair in bounds.windows(2) {
        for interval in between(&pair[0].1, &pair[1].1) {
            let start = jiff::Timestamp::from_microsecond(interval.start.as_micros()).expect("in range");
            let end =
                jiff::Timestamp::from_microsecond(interval.end.previous().as_micros()).expect("in range");
            // Between two changes a clock goes on evenly, so these moments speak for the rest.
            let changes = zone.following(start).map(|change| change.timestamp()).take_while(|at| *at <= end);
            for at in [start, end].into_iter().chain(changes) {
                assert_eq!(zone.to_datetime(at).date(), pair[0].0, "{zone:?} {at}");
            }
            all.push(interval);
        }
    }
    all.sort_unstable_by_key(|interval| interval.start);
    let whole = between(&bounds[0].1, &bounds[bounds.len() - 1].1);
    let joined = all.iter().fold(Vec::new(), |mut joined: Vec<Range<Timestamp>>, interval| {
        match joined.last_mut() {
            Some(last) if last.end == interval.start => last.end = interval.end,
            _ => joined.push(interval.clone()),
        }
        joined
    });
    assert_eq!(joined, whole, "{zone:?}: each moment once, none left out, from {first}");
}

#[test]
fn days_are_whole_wherever_a_clock_was_ever_changed() {
    let (from, to) = (timestamp("1800-01-01T00:00:00Z"), timestamp("2040-01-01T00:00:00Z"));
    let to_jiff = |at: Timestamp| jiff::Timestamp::from_microsecond(at.as_micros()).expect("in range");
    let (from, to) = (to_jiff(from), to_jiff(to));
    let mut zones = 0;
    for name in jiff::tz::db().available() {
        let zone = zone(name.as_str());
        for change in zone.following(from).take_while(|change| change.timestamp() < to) {
            let date = zone.to_datetime(change.timestamp()).date();
            check_days(&zone, date.saturating_sub(jiff::Span::new().days(2)), 4);
        }
        zones += 1;
    }
    assert!(zones > 400, "{zones} zones are not all of them");
}

const ZONES: [&str; 9] = [
    "UTC",
    "Europe/Berlin",
    "America/St_Johns",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "Pacific/Apia",
    "America/Toronto",
    "Africa/Casablanca",
    "America/Juneau",
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
    fn buckets_are_disjoint_and_cover_the_range(
        name in prop::sample::select(&ZONES),
        bucket in prop::sample::select(&[Bucket::Minute, Bucket::Hour, Bucket::Day, Bucket::Month, Bucket::Year]),
        start in prop_oneof![-3_300_000_000_i64..3_000_000_000, 1_162_000_000_i64..1_162_200_000],
        seconds in 1_i64..20_000,
    ) {
        let zone = zone(name);
        let (start, end) = (Timestamp::from_seconds(start), Timestamp::from_seconds(start + seconds));
        let range = TimeRange::new(Some(start), Some(end)).expect("it has a length");
        let buckets = buckets(&range, bucket, &zone, 10_000).expect("20,000 seconds have few buckets");
        let mut inside: Vec<Range<Timestamp>> = buckets.iter().flat_map(|intervals| range.common(intervals)).collect();
        inside.sort_unstable_by_key(|interval| interval.start);
        prop_assert!(inside[0].start == start && inside[inside.len() - 1].end == end);
        prop_assert!(inside.windows(2).all(|pair| pair[0].end == pair[1].start));
        prop_assert!(buckets.windows(2).all(|pair| pair[0][0].start < pair[1][0].start));
        for intervals in &buckets {
            prop_assert!(range.common(intervals).next().is_some());
            let shown = label(&shown_at(intervals[0].start, &zone), bucket);
            for interval in intervals {
                prop_assert_eq!(label(&shown_at(interval.start, &zone), bucket), shown);
                prop_assert_eq!(label(&shown_at(interval.end.previous(), &zone), bucket), shown);
            }
        }
    }

    #[test]
    fn the_days_of_a_year_divide_it(zone_at in any::<prop::sample::Index>(), year in 1850_i16..2100) {
        let names: Vec<_> = jiff::tz::db().available().collect();
        let zone = zone(zone_at.get(&names).as_str());
        check_days(&zone, Date::constant(year, 1, 1), 366);
    }
}
