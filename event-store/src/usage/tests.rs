use super::*;

const QUOTA: Quota = Quota { events_max: 10, bytes_max: 1_000 };

fn account(number: i64) -> AccountId {
    AccountId::from_i64(number).expect("the tests use positive numbers")
}

fn sequence(value: u64) -> Sequence {
    Sequence::new(value).expect("the tests use small ones")
}

/// The beginning of an hour.
fn start() -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp(500_000 * 3_600).expect("it is a time")
}

fn one(bytes: u64) -> Used {
    Used { events: 1, bytes }
}

#[test]
fn what_is_a_day_old_counts_no_more_and_the_wait_says_when_that_is() {
    let mut days = Days::default();
    for hour in 0..10 {
        let at = start() + Duration::from_secs(hour * 3_600 + 600);
        days.add(account(1), one(10), at, at);
        days.add(account(2), one(500), at, at);
    }
    let now = start() + Duration::from_secs(10 * 3_600);
    assert_eq!(days.used_by(account(1), now), Used { events: 10, bytes: 100 });
    assert_eq!(days.used_by(account(3), now), Used::default());
    assert_eq!(days.entries(), 20);
    // Each hour leaves with the 24th after its own.
    let at_most = |events| move |left: Used| left.events <= events;
    for (events, hours) in [(9, 14), (8, 15), (0, 23)] {
        let wait = days.wait_until(account(1), now, at_most(events));
        assert_eq!(wait, Some(Duration::from_secs(hours * 3_600)), "{events}");
        let then = now + Duration::from_secs(hours * 3_600);
        assert_eq!(days.used_by(account(1), then).events, events);
        let before = then - Duration::from_secs(1);
        assert_eq!(days.used_by(account(1), before).events, events + 1);
    }
    assert_eq!(days.wait_until(account(1), now, |_| false), None, "what never fits");
    let late = start() + Duration::from_secs(40 * 3_600);
    days.add(account(3), one(1), late, late);
    assert_eq!(days.entries(), 1, "what counts no more is forgotten");
}

#[test]
fn a_clock_that_was_set_back_or_forward_hides_nothing() {
    let mut days = Days::default();
    let now = start() + Duration::from_secs(5 * 3_600);
    for at in [start() + Duration::from_secs(4 * 3_600), start(), now + Duration::from_secs(9 * 3_600)] {
        days.add(account(1), one(1), at, now);
    }
    assert_eq!(days.used_by(account(1), now).events, 3);
    days.add(account(1), one(1), start() - Duration::from_secs(30 * 3_600), now);
    assert_eq!(days.used_by(account(1), now).events, 3, "and what is old stays old");
}

#[test]
fn what_is_under_way_counts_once() {
    let usage = Arc::new(Usage::default());
    let now = OffsetDateTime::now_utc();
    let held: Vec<_> = (0..10).map(|_| usage.hold(account(1), one(50), &QUOTA).expect("it fits")).collect();
    assert!(usage.hold(account(1), one(50), &QUOTA).is_err(), "the eleventh");
    assert!(usage.ask(account(1), &QUOTA).is_err());
    assert!(usage.ask(account(2), &QUOTA).is_ok(), "another's share is untouched");
    // Half of them fail, half are in the log.
    for (index, held) in held.into_iter().enumerate() {
        if index % 2 == 0 {
            held.appended(sequence(index as u64 + 1));
        }
    }
    assert_eq!(usage.used_by(account(1)), Used { events: 5, bytes: 250 });
    for index in 1..=10 {
        let actor = (index % 2 == 1).then(|| account(1));
        usage.counted(sequence(index), actor, 50, now);
        assert_eq!(usage.used_by(account(1)), Used { events: 5, bytes: 250 }, "after {index}");
    }
    assert!(usage.inner().own.is_empty() && usage.inner().appended.is_empty());
    // What was counted before its append returned.
    let held = usage.hold(account(1), one(50), &QUOTA).expect("it fits");
    usage.counted(sequence(11), Some(account(1)), 50, now);
    held.appended(sequence(11));
    assert_eq!(usage.used_by(account(1)).events, 6);
    usage.restart(Sequence::ZERO);
    assert_eq!(usage.used_by(account(1)), Used::default());
}

#[test]
fn bytes_are_bounded_as_events_are() {
    let usage = Arc::new(Usage::default());
    usage.counted(sequence(1), Some(account(1)), 900, OffsetDateTime::now_utc());
    assert!(usage.hold(account(1), one(101), &QUOTA).is_err());
    let refusal = usage.hold(account(1), one(2_000), &QUOTA).expect_err("it never fits");
    assert_eq!(refusal.wait, DAY);
    assert!(usage.hold(account(1), one(100), &QUOTA).is_ok());
    assert!(usage.hold(account(1), one(2_000), &Quota::UNLIMITED).is_ok());
}

#[test]
fn a_part_of_every_log_is_kept_back() {
    let reserve = |bytes_max| Room { used: 0, bytes_max }.reserve();
    assert_eq!(reserve(8 << 30), (8 << 30) / 20);
    assert_eq!(reserve(1 << 40), 1 << 30, "no more than that");
    assert_eq!(reserve(64 << 20), 8 << 20, "and no less");
    assert_eq!(reserve(1 << 20), 1 << 18, "unless the log is smaller");
    let room = |used| Room { used, bytes_max: 64 << 20 };
    assert!(!room((56 << 20) - 1).is_down_to_reserve());
    assert!(room(56 << 20).is_down_to_reserve() && room(70 << 20).is_down_to_reserve());
}
