//! Tags that were folded by an older rule when they were written.

use std::sync::Arc;

use bytes::Bytes;
use data_set::pool::{PoolOptions, connect};
use data_set::read::{MessageFilter, TagFilter, TimeRange, count_messages};
use domain::Shard;
use event_store::{EventLog, Expected, InMemoryLog, conformance};

use crate::rows::DataSet;

#[tokio::test]
async fn old_and_new_events_meet_under_one_tag() {
    let data_set = DataSet::start().await;
    let log: Arc<dyn EventLog> = Arc::new(InMemoryLog::new(Shard(0)));
    // Each letter alone was lowered, and what folds to nothing was a tag.
    for tags in
        [r#"["δρομοσ"]"#, r#"["δρομος"]"#, r#"["straße","strasse","δρομος","δρομοσ"]"#, "[\"\u{ad}\"]"]
    {
        let command = conformance::command();
        let mut posted = conformance::posted(&*log, 1, "replaced", command, Expected::Any);
        posted.data = Bytes::from(format!(r#"{{"author":"1","text":"on the run","tags":{tags}}}"#));
        log.append(command, vec![posted]).await.expect("the log takes it");
    }
    let worker = data_set.fold(Arc::clone(&log));
    data_set.caught_up(&*log).await;
    worker.stop().await;
    assert_eq!(data_set.parked().await, []);
    let pool = connect(&data_set.postgres.url(), &PoolOptions::reader("test", 1)).expect("a URL");
    for (tag, count) in [("ΔΡΟΜΟΣ", 3), ("δρομος", 3), ("Strasse", 1), ("STRAẞE", 1), ("\u{ad}", 0)]
    {
        let filter =
            MessageFilter { tag: TagFilter::of(tag), tags: None, author: None, range: TimeRange::always() };
        assert_eq!(count_messages(&pool, &filter).await.expect("counted").value, count, "{tag}");
    }
    let all = MessageFilter { tag: TagFilter::any(), tags: None, author: None, range: TimeRange::always() };
    assert_eq!(count_messages(&pool, &all).await.expect("counted").value, 4);
}
