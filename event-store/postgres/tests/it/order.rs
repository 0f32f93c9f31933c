//! Order under load: what is committed first has the smaller sequence, and no reader ever sees a hole.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use domain::Sequence;
use event_store::EventLog;

use crate::support::{open, post, server};

const APPENDERS: i64 = 64;
const EVENTS: u64 = 30;
const PATIENCE: Duration = Duration::from_secs(60);

/// Appenders of four processes at once, and tails that were there before the first event or come in between.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_tail_sees_every_event_once_in_order_while_64_append() {
    let server = server().await;
    let mut logs = Vec::new();
    for _process in 0..4 {
        logs.push(Arc::new(open(&server).await));
    }
    let total = APPENDERS.unsigned_abs() * EVENTS;
    let tails = (0..4_u64).map(|number| {
        let log = Arc::clone(&logs[0]);
        // The later ones start where somebody is writing.
        tokio::spawn(async move { follow(&*log, number * 200, total).await })
    });
    let tails: Vec<_> = tails.collect();
    let appenders = (0..APPENDERS).map(|author| {
        let log = Arc::clone(&logs[usize::try_from(author % 4).expect("small")]);
        tokio::spawn(async move {
            let mut mine = Vec::new();
            for number in 0..EVENTS {
                mine.push(post(&*log, 1 + author, &format!("{author}/{number}")).await.expect("appended"));
            }
            mine
        })
    });
    let mut owners = BTreeMap::new();
    for (author, appender) in appenders.collect::<Vec<_>>().into_iter().enumerate() {
        let mine = appender.await.expect("no panic");
        assert!(mine.is_sorted(), "an appender's own events are in the order in which it was answered");
        owners.extend(mine.into_iter().map(|sequence| (sequence, author)));
    }
    assert!(owners.keys().copied().eq(1..=total), "every sequence was given once, without a gap");
    for tail in tails {
        let (start, seen) = tail.await.expect("no panic");
        assert!(seen.iter().map(|(sequence, _)| *sequence).eq(start + 1..=total), "in order, without a gap");
        for (sequence, subject) in seen {
            assert_eq!(subject, format!("ev.0.outbox.{}", 1 + owners[&sequence]));
        }
    }
}

async fn follow(log: &dyn EventLog, start: u64, end: u64) -> (u64, Vec<(u64, String)>) {
    let after = Sequence::new(start).expect("small");
    let mut tail = testkit::eventually("the log is so long", PATIENCE, async || {
        log.tail(after).await.map_err(|error| error.to_string())
    })
    .await;
    let mut seen: Vec<(u64, String)> = Vec::new();
    while seen.last().map_or(start, |(sequence, _)| *sequence) < end {
        let batch = tokio::time::timeout(PATIENCE, tail.next_batch(100)).await.expect("events come");
        let events = batch.expect("it goes on").expect("it gives events");
        seen.extend(events.into_iter().map(|event| (event.position.sequence().get(), event.subject)));
    }
    (start, seen)
}

#[tokio::test]
async fn a_new_event_is_told_at_once_and_not_only_at_the_next_look() {
    let server = server().await;
    let (writing, reading) = (open(&server).await, open(&server).await);
    let mut tail = reading.tail(Sequence::ZERO).await.expect("followed");
    let mut fastest = PATIENCE;
    for number in 1..=10_u64 {
        post(&writing, 1, "x").await.expect("appended");
        let began = std::time::Instant::now();
        let seen = tail.next_batch(9).await.expect("it goes on").expect("it gives events");
        assert_eq!(seen[0].position.sequence().get(), number);
        fastest = fastest.min(began.elapsed());
    }
    assert!(
        fastest < Duration::from_millis(250),
        "it took {fastest:?} at best, half of the time between two looks"
    );
}
