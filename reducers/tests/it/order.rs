//! Events in any order, twice or with holes: what is folded is the log's order, or nothing.

use std::sync::Arc;

use data_set::write;
use domain::{Position, Sequence, Shard};
use event_store::{EventLog, InMemoryLog, RecordedEvent};
use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};
use reducers::in_order;
use reducers::social::Social;

use crate::history::Author;
use crate::model::{normalised, rows_of};
use crate::rows::{DataSet, write_batch};

async fn history(seed: u64, commands: usize) -> (Arc<dyn EventLog>, Vec<RecordedEvent>) {
    let log: Arc<dyn EventLog> = Arc::new(InMemoryLog::new(Shard(0)));
    Author::new(Arc::clone(&log), seed).write(commands).await;
    let mut events = Vec::new();
    for sequence in 1..=log.head().await.expect("a head").get() {
        let sequence = Sequence::new(sequence).expect("small");
        events.push(log.read(sequence).await.expect("readable").expect("there"));
    }
    (log, events)
}

#[tokio::test]
async fn permuted_and_repeated_events_in_random_batches_equal_the_log_in_order() {
    let data_set = DataSet::start().await;
    for seed in 20..26 {
        let (log, events) = history(seed, 200).await;
        let mut random = StdRng::seed_from_u64(seed);
        let key = write::ProjectionKey {
            projection: "social",
            version: 1,
            shard: 0,
            lineage: log.lineage().to_string(),
        };
        data_set.empty().await;
        let mut at = Position::ZERO;
        write::resume(&data_set.pool, &key).await.expect("a checkpoint");
        let mut rest = events.as_slice();
        while !rest.is_empty() {
            let (batch, later) = rest.split_at(random.random_range(1..=rest.len().min(40)));
            rest = later;
            let mut delivered = batch.to_vec();
            delivered.extend(events.iter().take(3).cloned());
            delivered.extend(batch.first().cloned());
            delivered.shuffle(&mut random);
            let ordered = in_order(at, delivered).expect("nothing is missing");
            let to = ordered.last().expect("not empty").position;
            write_batch(&Social, &data_set.pool, &key, at, &ordered).await.expect("written");
            at = to;
        }
        assert_eq!(normalised(data_set.rows().await), rows_of(&*log).await, "seed {seed}");
    }
}

#[tokio::test]
async fn a_missing_event_is_never_passed_over() {
    let (_log, mut events) = history(30, 20).await;
    events.remove(4);
    assert!(in_order(Position::ZERO, events.clone()).is_err());
    let after = events[1].position;
    assert!(in_order(after, events[3..].to_vec()).is_err());
    assert_eq!(in_order(after, events[..3].to_vec()).expect("no hole").len(), 1);
}

#[tokio::test]
async fn a_batch_that_was_written_is_fenced_off() {
    let data_set = DataSet::start().await;
    let (log, events) = history(31, 30).await;
    let key = write::ProjectionKey {
        projection: "social",
        version: 1,
        shard: 0,
        lineage: log.lineage().to_string(),
    };
    write::resume(&data_set.pool, &key).await.expect("a checkpoint");
    let batch = || write_batch(&Social, &data_set.pool, &key, Position::ZERO, &events);
    batch().await.expect("written");
    let rows = data_set.rows().await;
    let again = batch().await;
    assert!(matches!(again, Err(write::WriteError::Fenced)), "{again:?}");
    assert_eq!(data_set.rows().await, rows);
}
