//! Several events in one append.

use std::sync::Arc;

use domain::Sequence;

use super::{append, command, outbox, posted, sequence, take, text_of};
use crate::{AppendError, EventLog, Expected};

/// Several events become visible together with consecutive sequences; one broken expectation refuses all.
pub async fn batch_is_all_or_nothing(log: &dyn EventLog) {
    append(log, 1, "before", Expected::Any).await.expect("appended");
    let good = command();
    let events = vec![
        posted(log, 10, "a", good, Expected::Last(Sequence::ZERO)),
        posted(log, 11, "b", good, Expected::Last(Sequence::ZERO)),
        posted(log, 12, "c", good, Expected::Any),
    ];
    let appended = log.append(good, events.clone()).await.expect("appended");
    let sequences: Vec<_> = appended.positions.iter().map(|position| position.sequence().get()).collect();
    assert_eq!(sequences, [2, 3, 4]);
    let again = log.append(good, events).await.expect("the retry is answered");
    assert!(again.repeated);
    assert_eq!(again.positions, appended.positions);

    let bad = command();
    let refused = log
        .append(
            bad,
            vec![
                posted(log, 20, "not alone", bad, Expected::Last(Sequence::ZERO)),
                posted(log, 10, "conflict", bad, Expected::Last(Sequence::ZERO)),
            ],
        )
        .await;
    assert!(matches!(refused, Err(AppendError::Conflict)), "{refused:?}");
    assert_eq!(log.head().await.expect("a head"), sequence(4));
    assert!(log.read_subject(outbox(log, 20), sequence(1)).await.expect("readable").is_empty());
}

/// A batch over several subjects, each with its own expectation: all of them have to hold. What expected an older state
/// of one subject changes none, and its repetition tells so; a batch's repetition gives the places of its events in the
/// order of the append, also where its subjects have moved on.
pub async fn batch_over_several_subjects(log: &dyn EventLog) {
    append(log, 2, "before", Expected::Any).await.expect("appended");
    let last = |value| Expected::Last(sequence(value));
    let swap = command();
    // The order of the append is neither that of the subjects nor that of their history.
    let events = vec![
        posted(log, 3, "a", swap, last(0)),
        posted(log, 2, "b", swap, last(1)),
        posted(log, 1, "c", swap, last(0)),
    ];
    let appended = log.append(swap, events.clone()).await.expect("appended");
    let sequences: Vec<_> = appended.positions.iter().map(|position| position.sequence().get()).collect();
    assert_eq!((sequences.as_slice(), appended.repeated), (&[2, 3, 4][..], false));
    assert_eq!(text_of(&take(log, 1, 1).await[0]), "a");

    for stale in [[last(2), last(1), last(4)], [last(0), last(3), last(4)], [last(2), last(3), last(0)]] {
        let late = command();
        let authors = [3, 2, 1].into_iter().zip(stale);
        let events = authors.map(|(author, expected)| posted(log, author, "late", late, expected)).collect();
        let refused = log.append(late, events).await;
        assert!(matches!(refused, Err(AppendError::Conflict)), "{stale:?}: {refused:?}");
    }
    assert_eq!(log.head().await.expect("a head"), sequence(4), "nothing of them is there");

    append(log, 2, "moved on", last(3)).await.expect("appended");
    append(log, 3, "moved on", Expected::Any).await.expect("appended");
    let again = log.append(swap, events).await.expect("the retry is answered");
    assert_eq!((again.positions, again.repeated), (appended.positions, true));
    let newest = log.last(outbox(log, 2)).await.expect("readable").expect("there");
    assert_eq!((text_of(&newest).as_str(), newest.position.sequence()), ("moved on", sequence(5)));
    assert!(log.last(outbox(log, 9)).await.expect("readable").is_none());
}

/// Many batches that expect the same of one subject, in a crowd of appends that expect nothing: one of the batches
/// wins, whole, and none of the others takes an append with it.
pub async fn a_conflict_fails_no_one_else(log: Arc<dyn EventLog>) {
    const CROWD: i64 = 60;
    let batches = (0..CROWD).map(|racer| {
        let log = Arc::clone(&log);
        tokio::spawn(async move {
            let command = command();
            let events = vec![
                posted(&*log, 1, "wanted", command, Expected::Last(Sequence::ZERO)),
                posted(&*log, 100 + racer, "own", command, Expected::Last(Sequence::ZERO)),
            ];
            log.append(command, events).await
        })
    });
    let singles = (0..CROWD).map(|number| {
        let log = Arc::clone(&log);
        tokio::spawn(async move { append(&*log, 500 + number, "single", Expected::Any).await })
    });
    let (batches, singles): (Vec<_>, Vec<_>) = (batches.collect(), singles.collect());
    let mut won = 0;
    for batch in batches {
        match batch.await.expect("no racer panics") {
            Ok(appended) => {
                let [first, second] = appended.positions[..] else { panic!("two events: {appended:?}") };
                assert_eq!(second.sequence(), first.sequence().next());
                won += 1;
            }
            Err(AppendError::Conflict) => {}
            Err(error) => panic!("neither won nor lost: {error}"),
        }
    }
    for single in singles {
        single.await.expect("no panic").expect("appended");
    }
    assert_eq!(won, 1);
    assert_eq!(log.head().await.expect("a head").get(), 2 + 60);
}
