//! The newest events of many subjects at once.

use std::collections::HashMap;
use std::sync::Arc;

use bytes::Bytes;

use super::{append, command, outbox, posted, text_of};
use crate::{EventLog, Expected, RecordedEvent, Subject, codec};

/// More than an implementation asks for in one request.
const SUBJECTS: i64 = 2_500;
/// Of them, one in so many has events.
const EVERY: i64 = 10;

/// What [`EventLog::last`] says of each, and nothing of a subject that has no event; whatever the order, however often a
/// subject is named, and however many there are. An event that is none of ours is its subject's last one all the same.
pub async fn last_of_each(log: &dyn EventLog) {
    let of = async |subjects: &[Subject]| log.last_of_each(subjects).await.expect("readable");
    assert!(of(&[]).await.is_empty());
    assert!(of(&[outbox(log, 1), outbox(log, 2)]).await.is_empty(), "the log has no event at all");

    append(log, 2, "the first", Expected::Any).await.expect("appended");
    assert!(of(&[outbox(log, 1)]).await.is_empty(), "the log has one, elsewhere");
    let authors: Vec<i64> = (1..=SUBJECTS).filter(|author| author % EVERY == 0).collect();
    for round in ["before", "last"] {
        let command = command();
        let event =
            |author: &i64| posted(log, *author, &format!("{round} of {author}"), command, Expected::Any);
        log.append(command, authors.iter().map(event).collect()).await.expect("appended");
    }
    let command = command();
    let mut foreign = posted(log, 5, "x", command, Expected::Any);
    foreign.data = Bytes::from_static(b"{\"author\":");
    log.append(command, vec![foreign]).await.expect("the log does not judge data");

    let subjects: Vec<Subject> =
        (1..=SUBJECTS).rev().chain([20, 20]).map(|author| outbox(log, author)).collect();
    let found = of(&subjects).await;
    assert_eq!(found.len(), authors.len() + 2, "of those that have any, once each");
    for author in authors {
        let last = &found[&outbox(log, author)];
        assert_eq!(text_of(last), format!("last of {author}"));
        assert_same(last, log.last(outbox(log, author)).await.expect("readable").as_ref());
    }
    assert!(codec::decode(&found[&outbox(log, 5)]).is_err());
    // Whichever is the log's newest event.
    for author in [7, 10] {
        append(log, author, "the newest", Expected::Any).await.expect("appended");
        let found = of(&[outbox(log, 10), outbox(log, 11)]).await;
        assert_eq!(found.len(), 1);
        assert_same(&found[&outbox(log, 10)], log.last(outbox(log, 10)).await.expect("readable").as_ref());
    }
}

#[track_caller]
fn assert_same(one: &RecordedEvent, other: Option<&RecordedEvent>) {
    let parts = |event: &RecordedEvent| {
        (event.position, event.subject.clone(), event.recorded_at, event.envelope.clone(), event.data.clone())
    };
    assert_eq!(Some(parts(one)), other.map(parts));
}

/// What was appended before the call is always in the answer, whoever appends meanwhile.
pub async fn last_of_each_while_others_append(log: Arc<dyn EventLog>) {
    const ROUNDS: u64 = 100;
    let writers = (1..=4).map(|author| {
        let log = Arc::clone(&log);
        tokio::spawn(async move {
            let subjects: Vec<Subject> = (1..=40).map(|author| outbox(&*log, author)).collect();
            for _ in 0..ROUNDS {
                let at = append(&*log, author, "x", Expected::Any).await.expect("appended");
                let found: HashMap<_, _> = log.last_of_each(&subjects).await.expect("readable");
                let last = &found[&outbox(&*log, author)];
                assert_eq!(last.position.sequence().get(), at, "nobody else writes there");
            }
        })
    });
    for writer in writers.collect::<Vec<_>>() {
        writer.await.expect("no writer panics");
    }
}
