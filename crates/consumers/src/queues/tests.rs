use std::time::Duration;

use super::*;

const PAUSE: Duration = Duration::from_secs(1);
/// Retries.
const AT_ONCE: usize = 4;

fn deliver(key: Key, position: i64, tries: u32) -> Option<Next> {
    Some(Next::Deliver { key, position, tries })
}

fn fill(account: Key, from: i64) -> Option<Next> {
    Some(Next::Fill { account, from, max: FILL_MAX })
}

/// As much is listed behind an event that waits as may be.
fn with_a_crowd(now: Instant) -> Queues {
    let mut queues = Queues::default();
    for event in 1..LISTED_WAITING_MAX {
        queues.push(99, 1_000 + event as i64);
    }
    assert_eq!(queues.next(now, AT_ONCE), deliver(99, 1_001, 1));
    queues.failed(99, "no answer", now, now + PAUSE * 1_000);
    queues
}

#[tokio::test(start_paused = true)]
async fn an_account_waits_for_its_own_event_and_keeps_no_other_waiting() {
    let now = Instant::now();
    let mut queues = with_a_crowd(now);
    for (account, position) in [(7, 1), (7, 2), (8, 3), (7, 4)] {
        queues.push(account, position);
    }
    assert_eq!(queues.next(now, AT_ONCE), deliver(7, 1, 1));
    assert_eq!(queues.next(now, AT_ONCE), deliver(8, 3, 1));
    assert_eq!(queues.next(now, AT_ONCE), None, "one at a time of an account");
    queues.failed(7, "exited with 3", now, now + PAUSE);
    queues.push(7, 5);
    queues.done(8);
    assert_eq!(queues.next(now, AT_ONCE), None);
    let open = Open { account: 7, tries: 1, positions: vec![1], rest: Some(2) };
    assert_eq!(queues.open()[0], open, "what waits behind it takes no room");
    let failing = Failing { position: 1, tries: 1, outcome: "exited with 3".to_owned() };
    assert_eq!(queues.failing(), Some(failing));
    let later = now + PAUSE;
    assert_eq!(queues.next_due(AT_ONCE), Some(later));
    assert_eq!(queues.next(later, AT_ONCE), deliver(7, 1, 2));
    queues.done(7);
    assert_eq!(queues.next(later, AT_ONCE), fill(7, 2));
    queues.push(7, 6);
    queues.push(7, 9);
    assert_eq!(queues.open()[0].rest, Some(2), "they are not done before they are found");
    queues.filled(7, vec![2, 4], Some(5));
    assert_eq!(queues.next(later, AT_ONCE), deliver(7, 2, 1));
    queues.done(7);
    assert_eq!(queues.next(later, AT_ONCE), deliver(7, 4, 1));
    queues.done(7);
    assert_eq!(queues.next(later, AT_ONCE), fill(7, 5));
    queues.filled(7, vec![5, 6, 9], None);
    queues.push(7, 10);
    for position in [5, 6, 9, 10] {
        assert_eq!(queues.next(later, AT_ONCE), deliver(7, position, 1));
        queues.done(7);
    }
    assert_eq!(queues.queues.len(), 1, "the crowd's");
}

#[tokio::test(start_paused = true)]
async fn where_few_wait_nothing_is_looked_up_again() {
    let (mut queues, now) = (Queues::default(), Instant::now());
    for position in [1, 2] {
        queues.push(7, position);
    }
    assert_eq!(queues.next(now, AT_ONCE), deliver(7, 1, 1));
    queues.failed(7, "no answer", now, now + PAUSE);
    queues.push(7, 3);
    assert_eq!(queues.next(now + PAUSE, AT_ONCE), deliver(7, 1, 2));
    queues.done(7);
    for position in [2, 3] {
        assert_eq!(queues.next(now + PAUSE, AT_ONCE), deliver(7, position, 1));
        queues.done(7);
    }
    assert!(queues.open().is_empty() && queues.queues.is_empty());
}

#[tokio::test(start_paused = true)]
async fn what_is_tried_again_leaves_places_to_others() {
    let now = Instant::now();
    let mut queues = Queues::default();
    for account in 1..=6 {
        queues.push(account, account);
        assert_eq!(queues.next(now, AT_ONCE), deliver(account, account, 1));
        queues.failed(account, "no answer", now, now + PAUSE);
    }
    let now = now + PAUSE;
    for account in 1..=4 {
        assert_eq!(queues.next(now, AT_ONCE), deliver(account, account, 2));
    }
    assert_eq!((queues.next(now, AT_ONCE), queues.next_due(AT_ONCE)), (None, None));
    queues.push(9, 9);
    assert_eq!(queues.next(now, AT_ONCE), deliver(9, 9, 1));
    queues.done(1);
    assert_eq!(queues.next_due(AT_ONCE), Some(now));
    assert_eq!(queues.next(now, AT_ONCE), deliver(5, 5, 2));
}

#[tokio::test(start_paused = true)]
async fn what_came_while_others_were_looked_up_is_not_forgotten() {
    let open = Open { account: 7, tries: 0, positions: Vec::new(), rest: Some(2) };
    let (mut queues, now) = (Queues::of(&[open]), Instant::now());
    assert_eq!(queues.next(now, AT_ONCE), fill(7, 2));
    queues.push(7, 6);
    queues.filled(7, Vec::new(), None);
    assert_eq!(queues.next(now, AT_ONCE), fill(7, 6));
    queues.unfilled(7, now + PAUSE);
    assert_eq!(queues.open()[0].rest, Some(6));
    assert_eq!(queues.next(now, AT_ONCE), None);
    assert_eq!(queues.next(now + PAUSE, AT_ONCE), fill(7, 6));
    queues.filled(7, Vec::new(), None);
    assert!(queues.queues.is_empty());
}

#[tokio::test(start_paused = true)]
async fn there_is_room_for_so_many_accounts_and_so_many_events() {
    let mut queues = Queues::default();
    for account in 0..128 {
        assert!(queues.has_room());
        queues.push(account, account + 1);
    }
    assert!(!queues.has_room());
    let mut queues = Queues::default();
    for position in 0..256 {
        assert!(queues.has_room());
        queues.push(7, position + 1);
    }
    assert!(!queues.has_room());
    assert_eq!(queues.next(Instant::now(), AT_ONCE), deliver(7, 1, 1));
    queues.failed(7, "exited with 3", Instant::now(), Instant::now() + PAUSE);
    assert!(queues.has_room(), "one that waits holds nothing up");
}

/// Events of so many accounts, of which the first of each fails.
fn in_an_outage(accounts: i64, now: Instant) -> Queues {
    let mut queues = Queues::default();
    for account in 1..=accounts {
        queues.push(account, account);
    }
    for account in 1..=8 {
        assert_eq!(queues.next(now, AT_ONCE), deliver(account, account, 1));
    }
    for account in 1..=8 {
        queues.failed(account, "no answer", now, now + PAUSE * 100);
    }
    queues
}

#[tokio::test(start_paused = true)]
async fn in_an_outage_few_are_tried() {
    let mut now = Instant::now();
    let mut queues = in_an_outage(20, now);
    assert_eq!(queues.next(now, AT_ONCE), deliver(9, 9, 1));
    queues.left_out(9);
    let (end, mut probes) = (now + Duration::from_secs(99), 0);
    while let Some(Next::Deliver { key, tries: 1, .. }) = queues.next(now, AT_ONCE) {
        probes += 1;
        assert_eq!(queues.next(now, AT_ONCE), None, "one at a time");
        queues.failed(key, "no answer", now, end + PAUSE * 100);
        assert_eq!(queues.next(now, AT_ONCE), None, "and not at once");
        now = queues.next_due(AT_ONCE).expect("another one is tried some time");
        if now >= end {
            break;
        }
    }
    // At 0, 1, 3, 7, 15, 31 and 63 s.
    assert_eq!(probes, 7);
}

#[tokio::test(start_paused = true)]
async fn where_others_get_through_it_is_the_events_that_fail() {
    let now = Instant::now();
    let mut queues = in_an_outage(20, now);
    assert_eq!(queues.next(now, AT_ONCE), deliver(9, 9, 1));
    queues.done(9);
    for account in 10..=20 {
        assert_eq!(queues.next(now, AT_ONCE), deliver(account, account, 1), "all at once");
    }
    queues.failed(10, "no answer", now, now + PAUSE * 100);
    queues.push(30, 30);
    assert_eq!(queues.next(now, AT_ONCE), deliver(30, 30, 1), "one is tried in any case");
}

#[tokio::test(start_paused = true)]
async fn look_ups_for_all_accounts_together_find_no_more_than_an_entry_holds() {
    let rest = |account| Open { account, tries: 0, positions: Vec::new(), rest: Some(account) };
    let open: Vec<Open> = (1..=126).map(rest).collect();
    let (mut queues, now) = (Queues::of(&open), Instant::now());
    for account in 1..=126 {
        let Some(Next::Fill { max, .. }) = queues.next(now, AT_ONCE) else { panic!("each is looked up") };
        queues.filled(account, (0..max).map(|event| account + 1_000 * event as i64).collect(), Some(1));
        // Nothing of it is under way yet.
        if let Some(queue) = queues.queues.get_mut(&account) {
            queue.state = State::Busy;
        }
    }
    let listed: usize = queues.open().iter().map(|open| open.positions.len()).sum();
    assert!((256..=256 + 126).contains(&listed), "{listed}");
}

#[tokio::test(start_paused = true)]
async fn parked_events_that_are_tried_again_take_no_accounts_room_and_end_when_they_are_dropped() {
    let (mut queues, now) = (Queues::default(), Instant::now());
    queues.retry(&(1..=100).collect::<Vec<i64>>());
    for account in 0..127 {
        queues.push(account, account + 1_000);
    }
    assert!(queues.has_room());
    assert_eq!(queues.next(now, AT_ONCE), deliver(-1, 1, 1));
    queues.retry(&[2]);
    assert!(!queues.is_open(-1) && queues.is_open(-2) && !queues.is_open(-3));
    queues.failed(-1, "exited with 3", now, now);
    assert_eq!(
        queues.next(now, AT_ONCE),
        deliver(-2, 2, 1),
        "the one that was dropped under way is not tried again"
    );
}
