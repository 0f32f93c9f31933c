//! What daylight saving does to windows, in both directions.

use jiff::Timestamp;

use super::*;

fn at(text: &str) -> Timestamp {
    text.parse().expect("a timestamp")
}

fn schedule(text: &str) -> Schedule {
    Schedule::parse(text).expect("a schedule")
}

fn firings(text: &str, from: &str, to: &str) -> Vec<String> {
    let (schedule, to) = (schedule(text), at(to));
    let mut times = Vec::new();
    let mut time = at(from);
    while let Some(next) = schedule.next_after(time).filter(|next| *next <= to) {
        times.push(next.to_string());
        time = next;
    }
    times
}

/// No window twice, none left out, no gap.
fn assert_seamless(text: &str, from: &str, to: &str) -> Vec<Window> {
    let schedule = schedule(text);
    let windows = schedule.windows_between(at(from), at(to), 100_000);
    assert!(windows.len() > 1, "{text}");
    for pair in windows.windows(2) {
        assert!(pair[0].start < pair[0].end, "{text}: {}", pair[0]);
        assert_eq!(pair[0].end, pair[1].start, "{text}");
    }
    for window in &windows {
        assert_eq!(schedule.window_at(window.start), Some(*window), "{text}");
    }
    let newest = schedule.windows_until(at(to), windows.len());
    assert_eq!(newest, windows, "{text}: looking back finds the same");
    windows
}

#[test]
fn a_time_that_is_left_out_fires_once_later() {
    let found = firings("30 2 * * * Europe/Berlin", "2026-03-28T00:00:00Z", "2026-03-31T00:00:00Z");
    assert_eq!(found, ["2026-03-28T01:30:00Z", "2026-03-29T01:30:00Z", "2026-03-30T00:30:00Z"]);
}

#[test]
fn a_time_that_comes_twice_fires_once() {
    let found = firings("30 2 * * * Europe/Berlin", "2026-10-24T12:00:00Z", "2026-10-26T12:00:00Z");
    assert_eq!(found, ["2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"]);
}

#[test]
fn days_of_23_and_25_hours_are_one_window_each() {
    let hours = |from, to| -> Vec<i64> {
        let windows = assert_seamless("0 0 * * * Europe/Berlin", from, to);
        windows.iter().map(|window| window.end.duration_since(window.start).as_hours()).collect()
    };
    assert_eq!(hours("2026-03-27T23:00:00Z", "2026-03-30T22:00:00Z"), [24, 23, 24]);
    assert_eq!(hours("2026-10-23T22:00:00Z", "2026-10-26T23:00:00Z"), [24, 25, 24]);
}

#[test]
fn a_schedule_of_every_hour_goes_by_elapsed_time() {
    for (from, to) in
        [("2026-03-28T22:00:00Z", "2026-03-29T06:00:00Z"), ("2026-10-24T22:00:00Z", "2026-10-25T06:00:00Z")]
    {
        let windows = assert_seamless("0 * * * * Europe/Berlin", from, to);
        assert_eq!(windows.len(), 8);
        assert!(windows.iter().all(|window| window.end.duration_since(window.start).as_hours() == 1));
    }
}

#[test]
fn no_schedule_has_a_window_twice_or_leaves_one_out() {
    for (text, from, to) in [
        ("*/15 * * * * Europe/Berlin", "2026-03-28T20:00:00Z", "2026-03-29T06:00:00Z"),
        ("*/15 * * * * Europe/Berlin", "2026-10-24T20:00:00Z", "2026-10-25T06:00:00Z"),
        ("*/15 2 * * * Europe/Berlin", "2026-03-27T00:00:00Z", "2026-03-31T00:00:00Z"),
        ("*/15 2 * * * Europe/Berlin", "2026-10-23T00:00:00Z", "2026-10-27T00:00:00Z"),
        ("0,30 1-3 * * * America/New_York", "2026-03-07T00:00:00Z", "2026-03-10T00:00:00Z"),
        ("0,30 1-3 * * * America/New_York", "2026-10-31T00:00:00Z", "2026-11-03T00:00:00Z"),
        ("0 0 * * * Asia/Beirut", "2026-03-27T00:00:00Z", "2026-04-01T00:00:00Z"),
        ("0 0 * * * Asia/Beirut", "2026-10-22T00:00:00Z", "2026-10-28T00:00:00Z"),
        ("15 2 * * SUN Australia/Lord_Howe", "2026-03-20T00:00:00Z", "2026-04-20T00:00:00Z"),
        ("15 2 * * SUN Australia/Lord_Howe", "2026-09-20T00:00:00Z", "2026-10-20T00:00:00Z"),
        ("0 12 L * * Europe/London", "2026-01-01T00:00:00Z", "2026-12-20T00:00:00Z"),
        ("0 0 * * * UTC", "2026-01-01T00:00:00Z", "2026-01-20T00:00:00Z"),
    ] {
        assert_seamless(text, from, to);
    }
    // The day that Samoa left out.
    assert_seamless("0 9 * * * Pacific/Apia", "2011-12-25T00:00:00Z", "2012-01-05T00:00:00Z");
}

#[test]
fn times_that_are_left_out_may_move_behind_others_and_onto_them() {
    // 02:00 and 02:30 become 03:00 and 03:30, which fire anyway.
    let found = firings("0,30 2,3 * * * Europe/Berlin", "2026-03-29T00:00:00Z", "2026-03-29T12:00:00Z");
    assert_eq!(found, ["2026-03-29T01:00:00Z", "2026-03-29T01:30:00Z"]);
}

#[test]
fn a_time_that_is_no_firing_starts_no_window() {
    let schedule = schedule("0 0 * * * Europe/Berlin");
    assert!(schedule.window_at(at("2026-06-01T00:00:00Z")).is_none());
    assert!(schedule.window_at(at("2026-05-31T22:00:00Z")).is_some());
}

#[test]
fn what_is_no_schedule_is_refused() {
    for text in
        ["", "UTC", "0 0 * * *", "0 0 * * * Nowhere/City", "61 0 * * * UTC", "0 0 30 2 * UTC", "@daily UTC"]
    {
        assert!(Schedule::parse(text).is_err(), "{text}");
    }
}
