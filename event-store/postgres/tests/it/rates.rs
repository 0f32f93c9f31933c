//! Not a test of anything: prints how fast this log and the one on NATS are, side by side on this machine.
//!
//! `cargo nextest run -p event-store-postgres --run-ignored only rates --no-capture`

use std::io::Write;
use std::sync::Arc;
use std::time::{Duration, Instant};

use domain::Sequence;
use event_store::EventLog;
use event_store_nats::{JetStreamConfig, JetStreamLog};
use testkit::Nats;

use crate::support::{open, post, server};

const SPAN: Duration = Duration::from_secs(4);
const PATIENCE: Duration = Duration::from_secs(60);

#[tokio::test(flavor = "multi_thread")]
#[ignore = "it measures"]
async fn rates_of_both_logs() {
    let (server, nats) = (server().await, Nats::start().await);
    let mut config = JetStreamConfig::new(nats.url(), "rates");
    config.stream_bytes_max = 512 << 20;
    let postgres: Arc<dyn EventLog> = Arc::new(open(&server).await);
    let jet_stream: Arc<dyn EventLog> = Arc::new(JetStreamLog::open(&config).await.expect("the log opens"));
    // Twice, so that a machine that is busy at one moment shows itself.
    for _round in 0..2 {
        for (name, log) in [("postgres", &postgres), ("jetstream", &jet_stream)] {
            for appenders in [1, 64] {
                say(&format!(
                    "{name}: {appenders} appenders: {:.0} appends/s",
                    appends(log, appenders).await
                ));
            }
            say(&format!("{name}: tail: {:.0} events/s", tail(log).await));
        }
    }
}

fn say(line: &str) {
    writeln!(std::io::stdout(), "{line}").expect("standard output takes it");
}

async fn appends(log: &Arc<dyn EventLog>, appenders: i64) -> f64 {
    let began = Instant::now();
    let tasks: Vec<_> = (1..=appenders)
        .map(|author| {
            let log = Arc::clone(log);
            tokio::spawn(async move {
                let mut done = 0_u32;
                while began.elapsed() < SPAN {
                    post(&*log, author, "The nightjars are back").await.expect("appended");
                    done += 1;
                }
                done
            })
        })
        .collect();
    let mut done = 0;
    for task in tasks {
        done += task.await.expect("no panic");
    }
    f64::from(done) / began.elapsed().as_secs_f64()
}

async fn tail(log: &Arc<dyn EventLog>) -> f64 {
    let head = log.head().await.expect("a head").get();
    let began = Instant::now();
    let mut tail = log.tail(Sequence::ZERO).await.expect("followed");
    let mut seen = 0;
    while seen < head {
        let batch = tokio::time::timeout(PATIENCE, tail.next_batch(5_000)).await.expect("events come");
        seen += batch.expect("it goes on").expect("it gives events").len() as u64;
    }
    f64::from(u32::try_from(seen).expect("small")) / began.elapsed().as_secs_f64()
}
