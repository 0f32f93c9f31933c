//! Connections that die without a word: appends, reads and tails go on in time.

use std::time::Duration;

use domain::Sequence;
use event_store::EventLog;
use event_store_postgres::{PostgresConfig, PostgresLog};
use testkit::{Proxy, Way, eventually};
use tokio::time::Instant;

use crate::support::{post, server};

const WELL_AGAIN: Duration = Duration::from_secs(30);

async fn survives(way: Way) {
    let server = server().await;
    let proxy = Proxy::start(server.port()).await;
    let config = PostgresConfig::new(proxy.url(&server.url(), server.port()), "test");
    let log = PostgresLog::open(&config).await.expect("the log opens");
    let mut tail = log.tail(Sequence::ZERO).await.expect("followed");
    post(&log, 1, "before").await.expect("appended");
    let first = tail.next_batch(10).await.expect("it goes on").expect("it gives events");
    assert_eq!(first.len(), 1);
    proxy.silence(way);
    let began = Instant::now();
    let appended = eventually("something can be posted", WELL_AGAIN, || async {
        post(&log, 1, "after").await.map_err(|error| format!("{error:?}"))
    })
    .await;
    let mut seen = 1;
    while seen < appended {
        for event in tail.next_batch(10).await.expect("it goes on").expect("it gives events") {
            seen += 1;
            assert_eq!(event.position.sequence().get(), seen, "without a gap");
        }
    }
    assert!(log.head().await.expect("it is read").get() >= appended);
    assert!(began.elapsed() < WELL_AGAIN, "{way:?}: {:?}", began.elapsed());
    // Hints come again, too: a lone event does not wait for the clock of a tail that hears nothing.
    post(&log, 1, "at last").await.expect("appended");
    tail.next_batch(10).await.expect("it goes on").expect("it gives events");
}

#[tokio::test]
async fn a_log_whose_requests_do_not_arrive_goes_on_in_time() {
    survives(Way::ToServer).await;
}

#[tokio::test]
async fn a_log_whose_answers_do_not_arrive_goes_on_in_time() {
    survives(Way::ToClient).await;
}

#[tokio::test]
async fn a_log_whose_connections_are_dead_goes_on_in_time() {
    survives(Way::Both).await;
}
