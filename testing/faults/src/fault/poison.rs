//! Events in the log that no dispatcher of ours would write.

use anyhow::{Context, Result};
use async_nats::HeaderMap;
use async_nats::jetstream::{self, Context as JetStream};
use bytes::Bytes;
use domain::SHARD_BITS;
use event_store::conformance::{FRAMES, publish_frame};

use super::{Fault, Happened, Striking, USUAL};
use crate::check::Allowed;
use crate::check::log;
use crate::load::Load;
use crate::system::System;

pub(super) fn faults() -> Vec<Fault> {
    vec![Fault {
        name: "poison",
        about: "events that cannot be decoded, of unknown type and version, with NUL, without headers, of 1 MB, and \
                messages that end a client's connection; some are given up",
        strike: poison,
        ..USUAL
    }]
}

struct Poison<'a> {
    event_type: &'a str,
    data: &'a str,
    is_parked: bool,
}

const POISONS: [Poison<'static>; 6] = [
    Poison { event_type: "rookery.message.posted.v1", data: "{\"author\":", is_parked: true },
    Poison { event_type: "rookery.message.posted.v1", data: "{\"text\":\"no author\"}", is_parked: true },
    Poison {
        event_type: "rookery.message.posted.v1",
        data: r#"{"author":"AUTHOR","text":"a \u0000 in it","tags":["birds"]}"#,
        is_parked: true,
    },
    Poison { event_type: "rookery.message.sung.v1", data: "{\"song\":1}", is_parked: false },
    Poison { event_type: "rookery.message.posted.v99", data: "{\"words\":[]}", is_parked: true },
    // Without an event type there is no envelope.
    Poison { event_type: "", data: "{}", is_parked: true },
];

/// Parked events of each round.
const PARKED: usize = 5;

fn poison<'a>(system: &'a mut System, load: &'a Load, _seed: u64) -> Striking<'a> {
    Box::pin(async move {
        let log = jetstream::new(log::connect(&system.broker.url()).await?);
        let author = load.world.people[0];
        let mut allowed = Allowed::default();
        for _ in 0..3 {
            for poison in &POISONS {
                let position = publish(&log, &subject(author), author, poison).await?;
                allowed.foreign.push(position);
                if poison.is_parked {
                    allowed.parked.push(position);
                }
                load.acked(4).await;
            }
            // The first of each round, for which nothing waits: that would be in later pages, and missing in earlier
            // ones.
            let given_up = allowed.parked[allowed.dropped.len() * PARKED];
            for projection in ["social", "feeds", "history"] {
                allowed.foreign.push(give_up(&log, author, projection, given_up).await?);
            }
            allowed.dropped.push(given_up);
            load.acked(4).await;
        }
        for frame in FRAMES {
            let sequence = publish_frame(&system.broker.url(), frame).await;
            let position = i64::try_from(sequence)? << SHARD_BITS;
            allowed.foreign.push(position);
            allowed.parked.push(position);
            load.acked(1).await;
        }
        let large = publish_large(&log, author).await;
        let (poisons, dropped) = (allowed.parked.len(), allowed.dropped.len());
        let happened = Happened { allowed, ..Happened::counted("events that cannot be folded", poisons) };
        Ok(happened.and("of them given up", dropped).and("of 1 MB refused", usize::from(large.is_err())))
    })
}

fn subject(author: i64) -> String {
    format!("ev.0.outbox.{author}")
}

async fn give_up(log: &JetStream, author: i64, projection: &str, position: i64) -> Result<i64> {
    let data = format!(r#"{{"projection":"{projection}","positions":["{position}"]}}"#);
    let decision = Poison { event_type: "rookery.event.dropped.v1", data: &data, is_parked: false };
    publish(log, &format!("ev.0.dropped.{projection}"), author, &decision).await
}

async fn publish(log: &JetStream, subject: &str, author: i64, poison: &Poison<'_>) -> Result<i64> {
    let mut headers = HeaderMap::new();
    if !poison.event_type.is_empty() {
        for (name, value) in [
            ("ce-specversion", "1.0"),
            ("ce-id", "0190163d-8694-739b-aea5-966c26f8ad90"),
            ("ce-type", poison.event_type),
            ("ce-source", "/elsewhere"),
            ("ce-time", "2026-01-01T00:00:00Z"),
            ("rookery-command", "0190163d-8694-739b-aea5-966c26f8ad91"),
            ("rookery-actor", &author.to_string()),
        ] {
            headers.insert(name, value);
        }
    }
    let data = poison.data.replace("AUTHOR", &author.to_string());
    let sent = log.publish_with_headers(subject.to_owned(), headers, data.into()).await?;
    let sequence = sent.await.context("the broker takes a poisoned event")?.sequence;
    Ok(i64::try_from(sequence)? << SHARD_BITS)
}

/// More than the broker takes in one message.
async fn publish_large(log: &JetStream, author: i64) -> Result<()> {
    let data = Bytes::from(vec![b'x'; 1_000_000]);
    log.publish(subject(author), data).await?.await?;
    Ok(())
}
