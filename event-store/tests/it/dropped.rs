//! What the log says of events that were given up.

use domain::{DropReason, DroppedPositions, EventsDropped, Position, ProjectionEvent, Sequence, Shard};
use event_store::conformance::{command, posted};
use event_store::{
    Boundary, Dropped, EventLog, Expected, InMemoryLog, NewEvent, Subject, drop_events, encode,
};
use time::OffsetDateTime;

fn at(sequence: u64) -> Position {
    Position::new(Sequence::new(sequence).expect("small"), Shard(0))
}

/// Gives the sequence of what says so.
async fn give_up(log: &InMemoryLog, sequences: &[u64]) -> u64 {
    let positions: Vec<Position> = sequences.iter().copied().map(at).collect();
    let told = drop_events(log, "social", &positions, None, OffsetDateTime::UNIX_EPOCH).await;
    told.expect("appended").expect("something was said").sequence().get()
}

async fn dropped(log: &InMemoryLog, projection: &str) -> Vec<u64> {
    let dropped = Dropped::read(log, projection).await.expect("readable");
    dropped.positions().map(|position| position.sequence().get()).collect()
}

#[tokio::test]
async fn what_counts_is_before_it_in_its_own_subject_and_not_given_up_itself() {
    let log = InMemoryLog::new(Shard(0));
    for _ in 0..3 {
        let command = command();
        let event = posted(&log, 1, "a heron", command, Expected::Any);
        log.append(command, vec![event]).await.expect("appended");
    }
    assert_eq!(dropped(&log, "social").await, [0; 0]);
    let first = give_up(&log, &[1, 2, 4, 5]).await;
    assert_eq!(first, 4);
    assert_eq!(dropped(&log, "social").await, [1, 2], "not itself, and nothing of the future");
    assert_eq!(dropped(&log, "feeds").await, [0; 0]);
    let second = give_up(&log, &[2, 3]).await;
    let by = |dropped: &Dropped, sequence| dropped.by(at(sequence)).map(|by| by.sequence().get());
    let all = Dropped::read(&log, "social").await.expect("readable");
    assert_eq!([1, 2, 3].map(|sequence| by(&all, sequence)), [Some(first), Some(first), Some(second)]);

    // The first one is given up, and what gives that up in its turn: then it counts again.
    let third = give_up(&log, &[first]).await;
    assert_eq!(dropped(&log, "social").await, [2, 3, first]);
    give_up(&log, &[third]).await;
    assert_eq!(dropped(&log, "social").await, [1, 2, 3, third]);
}

#[tokio::test]
async fn many_are_given_up_in_several_events_and_none_is_forgotten() {
    let log = InMemoryLog::new(Shard(0));
    let many: Vec<u64> = (1..=1_201).collect();
    for _ in &many {
        let command = command();
        let event = posted(&log, 1, "x", command, Expected::Any);
        log.append(command, vec![event]).await.expect("appended");
    }
    assert_eq!(give_up(&log, &many).await, 1_204, "in three events");
    assert_eq!(dropped(&log, "social").await, many);
    assert_eq!(drop_events(&log, "social", &[], None, OffsetDateTime::UNIX_EPOCH).await.ok(), Some(None));
}

#[tokio::test]
async fn bounds_hold_and_a_strange_name_stays_in_its_subject() {
    assert!(DroppedPositions::try_from(Vec::new()).is_err());
    assert!(DroppedPositions::try_from(vec![at(1); DroppedPositions::MAX + 1]).is_err());
    let reason = |text: &str| DropReason::try_from(text.to_owned());
    assert!(reason("").is_err() && reason("two\nlines").is_err() && reason(&"x".repeat(501)).is_err());
    assert!(reason(&"\u{1F426}".repeat(500)).is_ok());

    let log = InMemoryLog::new(Shard(0));
    let projection = "so.cial.*.>\r\n".to_owned();
    let positions = DroppedPositions::try_from(vec![at(1)]).expect("one");
    let event = ProjectionEvent::EventsDropped(EventsDropped { projection, positions, reason: None }).into();
    let subject = Subject::of(Shard(0), &event).to_string();
    assert_eq!(subject, "ev.0.dropped.so-2ecial-2e-2a-2e-3e-0d-0a");
    // What is no decision says nothing, even there.
    let command = command();
    let subject = Subject::new(Shard(0), Boundary::Dropped("social".to_owned()));
    let other = posted(&log, 1, "a heron", command, Expected::Any);
    log.append(command, vec![NewEvent { subject, ..other }]).await.expect("appended");
    assert!(encode(&event).is_ok());
    assert_eq!(dropped(&log, "social").await, [0; 0]);
}
