//! A broker that freezes, fills up, or is told things twice.

use std::time::Duration;

use anyhow::{Context, Result};
use async_nats::HeaderMap;
use async_nats::jetstream;

use super::{Fault, Happened, Striking, USUAL};
use crate::check::log::{self, STREAM};
use crate::load::Load;
use crate::record::Outcome;
use crate::system::{Setup, System, settled};

/// Longer than the dispatcher tries one append.
const FROZEN: Duration = Duration::from_secs(10);
/// Some 400 events.
const SMALL_LOG: u64 = 400 << 10;

pub(super) fn faults() -> Vec<Fault> {
    vec![
        Fault {
            name: "freeze-broker",
            about: "nats-server freezes for 10 s, longer than an append is tried, and goes on",
            strike: freeze,
            ..USUAL
        },
        Fault {
            name: "log-full",
            about: "the log reaches its bound: every write is refused, definitely, and reads go on",
            setup: || Setup { log_bytes_max: SMALL_LOG, ..Setup::default() },
            strike: full,
            has_aftermath: false,
            ..USUAL
        },
        Fault {
            name: "duplicate-publish",
            about: "events of the log are published again inside of the broker's window, and batches are cut in the middle",
            strike: again,
            ..USUAL
        },
    ]
}

/// Tries that ended so, up to now.
pub(super) fn told(load: &Load, is_so: impl Fn(&Outcome) -> bool) -> usize {
    let operations = load.world.record.all();
    let tries = operations.iter().flat_map(|operation| &operation.tries);
    tries.filter(|one| is_so(&one.outcome)).count()
}

fn freeze<'a>(system: &'a mut System, load: &'a Load, _seed: u64) -> Striking<'a> {
    Box::pin(async move {
        system.broker.one().pause();
        // Not a wait for a condition: the time is the fault.
        tokio::time::sleep(FROZEN).await;
        system.broker.one().resume();
        load.acked(1).await;
        let open = |outcome: &Outcome| matches!(outcome, Outcome::Unknown(code) if code == "outcome-unknown");
        // Under a planted bug nobody says so; then what is red has to be a promise.
        let unavailable =
            |outcome: &Outcome| matches!(outcome, Outcome::Rejected { code, .. } if code == "unavailable");
        Ok(Happened::counted("answers unknown or unavailable", told(load, open) + told(load, unavailable)))
    })
}

fn full<'a>(_system: &'a mut System, load: &'a Load, _seed: u64) -> Striking<'a> {
    Box::pin(async move {
        let is_full =
            |outcome: &Outcome| matches!(outcome, Outcome::Rejected { code, .. } if code == "log-full");
        let refused = settled("the log is full", || async {
            let refused = told(load, is_full);
            if refused >= 100 { Ok(refused) } else { Err(format!("{refused} refusals")) }
        })
        .await;
        Ok(Happened::counted("writes refused", refused))
    })
}

fn again<'a>(system: &'a mut System, load: &'a Load, _seed: u64) -> Striking<'a> {
    Box::pin(async move {
        let url = system.broker.url();
        let (mut repeated, mut cut) = (0, 0);
        for _ in 0..5 {
            load.acked(10).await;
            repeated += publish_again(&url).await?;
            cut += cut_batch(&url, load.world.people[0]).await?;
        }
        Ok(Happened::counted("duplicates refused", repeated).and("batches cut", cut))
    })
}

/// The last events once more, as a dispatcher would that never heard the answer.
pub(super) async fn publish_again(url: &str) -> Result<usize> {
    let context = jetstream::new(log::connect(url).await?);
    let mut stream = context.get_stream(STREAM).await?;
    let last = stream.info().await?.state.last_sequence;
    let mut repeated = 0;
    for sequence in last.saturating_sub(10).max(1)..=last {
        let message = stream.get_raw_message(sequence).await?;
        // An expectation is checked before the message id, which would hide what is asked for here.
        let expects = message.headers.get("Nats-Expected-Last-Subject-Sequence").is_some();
        let in_batch = message.headers.get("Nats-Batch-Id").is_some();
        if expects || in_batch {
            continue;
        }
        let sent = context.publish_with_headers(message.subject, message.headers, message.payload).await?;
        repeated += usize::from(sent.await.context("a duplicate is answered")?.duplicate);
    }
    Ok(repeated)
}

/// The beginning of an atomic batch, by a client that is gone before its end.
async fn cut_batch(url: &str, author: i64) -> Result<usize> {
    let client = log::connect(url).await?;
    let id = format!("cut-{}", client.new_inbox());
    for sequence in 1..=3 {
        let mut headers = HeaderMap::new();
        headers.insert("Nats-Batch-Id", id.as_str());
        headers.insert("Nats-Batch-Sequence", sequence.to_string().as_str());
        client.publish_with_headers(format!("ev.0.outbox.{author}"), headers, "{}".into()).await?;
    }
    client.flush().await?;
    Ok(1)
}
