//! Messages whose headers the client library cannot read: events like any others.

use std::time::{Duration, Instant};

use domain::Sequence;
use event_store::conformance::{self, FRAMES, Frame, publish_frame};
use event_store::{EventLog, Expected, RecordedEvent, StoredEvent, Tail};
use event_store_nats::{JetStreamConfig, JetStreamLog};
use testkit::Nats;

const LIMIT: Duration = Duration::from_secs(30);

async fn open(nats: &Nats) -> JetStreamLog {
    let mut config = JetStreamConfig::new(nats.url(), "frames");
    config.stream_bytes_max = 256 << 20;
    JetStreamLog::open(&config).await.expect("the log opens")
}

async fn post(log: &JetStreamLog, author: i64) -> u64 {
    let command = conformance::command();
    let event = conformance::posted(log, author, "all is well", command, Expected::Any);
    log.append(command, vec![event]).await.expect("appended").positions[0].sequence().get()
}

fn sequence(value: u64) -> Sequence {
    Sequence::new(value).expect("small")
}

async fn take<E>(tail: &mut Tail<E>, count: usize) -> Vec<E> {
    let mut events = Vec::new();
    while events.len() < count {
        let batch = tokio::time::timeout(LIMIT, tail.next_batch(count - events.len())).await;
        let batch = batch.unwrap_or_else(|_| panic!("only {} of {count} events came", events.len()));
        events.extend(batch.expect("the tail goes on").expect("it gives events"));
    }
    events
}

fn assert_is(event: &RecordedEvent, frame: &Frame) {
    assert_eq!(event.subject, String::from_utf8_lossy(frame.subject), "{}", frame.name);
    assert_eq!(event.data, frame.data, "{}", frame.name);
    assert_eq!(event.envelope, None, "{}", frame.name);
    let unreadable = event.unreadable.as_ref().map(|own| own.block.to_vec());
    assert_eq!(unreadable, frame.stored_block().filter(|_| !frame.is_readable), "{}", frame.name);
    event_store::decode(event).expect_err(frame.name);
}

/// In an answer to a batched direct get the broker's headers take the place of an empty block's.
fn assert_is_in_subject(event: &RecordedEvent, frame: &Frame) {
    if frame.stored_block().is_some_and(|block| block == b"\r\n") {
        event_store::decode(event).expect_err(frame.name);
    } else {
        assert_is(event, frame);
    }
}

fn assert_is_stored(event: &StoredEvent, frame: &Frame) {
    assert_eq!(event.data, frame.data, "{}", frame.name);
    match &event.header_block {
        Some(block) => {
            assert_eq!(Some(block.to_vec()), frame.stored_block(), "{}", frame.name);
            assert!(event.headers.is_empty(), "{}", frame.name);
        }
        None => {
            let mut lines: Vec<String> = event
                .headers
                .iter()
                .flat_map(|(name, values)| values.iter().map(move |value| format!("{name}: {value}\r\n")))
                .collect();
            let block = String::from_utf8(frame.stored_block().unwrap_or_default()).expect("readable");
            let mut expected: Vec<_> = block.split_inclusive("\r\n").collect();
            expected.retain(|line| line.contains(':'));
            lines.sort();
            expected.sort_unstable();
            assert_eq!(lines, expected, "{}", frame.name);
        }
    }
}

#[tokio::test]
async fn every_frame_is_an_event_wherever_it_is_read() {
    let nats = Nats::start().await;
    let log = open(&nats).await;
    let mut following = log.tail(Sequence::ZERO).await.expect("followed");
    for frame in FRAMES {
        // Alone, at the end and in front of another one.
        let began = Instant::now();
        let at = publish_frame(&nats.url(), frame).await;
        let event = take(&mut following, 1).await.remove(0);
        let took = began.elapsed();
        assert!(took < Duration::from_secs(6), "{}: {took:?}", frame.name);
        assert_is(&event, frame);
        let read = log.read(sequence(at)).await.expect("readable").expect("there");
        assert_is(&read, frame);
        assert_eq!(post(&log, 2).await, at + 1, "{}", frame.name);
        let next = take(&mut following, 1).await.remove(0);
        assert_eq!(next.position.sequence().get(), at + 1, "{}", frame.name);
        assert!(event_store::decode(&next).is_ok(), "{}", frame.name);

        let mut stored = log.tail_stored(sequence(at - 1)).await.expect("followed");
        let from_consumer_or_not = take(&mut stored, 2).await;
        assert_is_stored(&from_consumer_or_not[0], frame);
        assert_eq!(from_consumer_or_not[1].header_block, None);
    }
    let all = take(&mut log.tail(Sequence::ZERO).await.expect("followed"), 2 * FRAMES.len()).await;
    for (event, frame) in all.iter().step_by(2).zip(FRAMES) {
        assert_is(event, frame);
    }
}

#[tokio::test]
async fn a_subject_with_frames_in_it_is_read_whole() {
    let nats = Nats::start().await;
    let log = open(&nats).await;
    for frame in FRAMES {
        let subject = conformance::outbox(&log, 1);
        let before = log.read_subject(subject.clone(), Sequence::ZERO).await.expect("readable").len();
        publish_frame(&nats.url(), frame).await;
        post(&log, 1).await;
        let began = Instant::now();
        let events = log.read_subject(subject, Sequence::ZERO).await.expect("readable");
        let took = began.elapsed();
        assert!(took < Duration::from_secs(5), "{}: {took:?}", frame.name);
        let is_in_it = frame.subject == b"ev.0.outbox.1";
        assert_eq!(events.len() - before, 1 + usize::from(is_in_it), "{}", frame.name);
        if is_in_it {
            assert_is_in_subject(&events[before], frame);
        }
    }
}

/// Each of them in a subject of its own, which is not known to hold anything odd.
#[tokio::test]
async fn each_frame_alone_does_not_keep_its_subject_from_being_read() {
    for frame in FRAMES.iter().filter(|frame| frame.subject == b"ev.0.outbox.1") {
        let nats = Nats::start().await;
        let log = open(&nats).await;
        publish_frame(&nats.url(), frame).await;
        let at = post(&log, 1).await;
        let events = log.read_subject(conformance::outbox(&log, 1), Sequence::ZERO).await.expect("readable");
        assert_eq!(events.len(), 2, "{}", frame.name);
        assert_is_in_subject(&events[0], frame);
        assert_eq!(events[1].position.sequence().get(), at);
        assert_eq!(post(&log, 1).await, at + 1, "{}", frame.name);
    }
}

/// Whether it is the newest event of the log or not, and whether that is known or not.
#[tokio::test]
async fn a_frame_is_the_newest_event_of_its_subject_and_hides_no_other() {
    for frame in FRAMES {
        let nats = Nats::start().await;
        let log = open(&nats).await;
        let (first, other) = (conformance::outbox(&log, 1), conformance::outbox(&log, 2));
        let subjects = [first.clone(), other.clone(), conformance::outbox(&log, 3)];
        let before = (post(&log, 1).await, post(&log, 2).await);
        let at = publish_frame(&nats.url(), frame).await;
        let is_in_it = frame.subject == b"ev.0.outbox.1";
        let expected = if is_in_it { at } else { before.0 };
        let began = Instant::now();
        for newest_is_frame in [true, true, false, false] {
            let of_other = if newest_is_frame { before.1 } else { post(&log, 2).await };
            let found = log.last_of_each(&subjects).await.expect("readable");
            let sequences = |subject| found.get(subject).map(|last| last.position.sequence().get());
            assert_eq!(sequences(&first), Some(expected), "{}", frame.name);
            assert_eq!(sequences(&other), Some(of_other), "{}", frame.name);
            assert_eq!(found.len(), 2, "{}", frame.name);
            if is_in_it {
                assert_is_in_subject(&found[&first], frame);
            }
        }
        let took = began.elapsed();
        assert!(took < Duration::from_secs(5), "{}: {took:?}", frame.name);
    }
}

/// Appends have a connection of their own.
#[tokio::test]
async fn frames_cut_no_append() {
    let nats = Nats::start().await;
    let log = open(&nats).await;
    let _following = log.tail(Sequence::ZERO).await.expect("followed");
    let connects = || log.client().statistics().connects.load(std::sync::atomic::Ordering::Relaxed);
    let before = connects();
    for frame in FRAMES {
        publish_frame(&nats.url(), frame).await;
        post(&log, 1).await;
        log.read_subject(conformance::outbox(&log, 1), Sequence::ZERO).await.expect("readable");
        log.last_of_each(&[conformance::outbox(&log, 1)]).await.expect("readable");
    }
    assert_eq!(connects(), before);
}

#[tokio::test]
async fn a_thousand_frames_between_events_do_not_take_minutes() {
    let nats = Nats::start().await;
    let log = open(&nats).await;
    for _ in 0..500 {
        publish_frame(&nats.url(), &FRAMES[0]).await;
        post(&log, 1).await;
    }
    let began = Instant::now();
    let mut tail = log.tail(Sequence::ZERO).await.expect("followed");
    take(&mut tail, 1_000).await;
    let took = began.elapsed();
    assert!(took < Duration::from_secs(15), "{took:?}");
}
