//! Bare JetStream publishes: the very message that the dispatcher wrote, to a stream with the same settings, one at a
//! time per publisher, each awaited.

use std::time::Instant;

use anyhow::{Context, Result};
use async_nats::jetstream;
use async_nats::{HeaderMap, header::NATS_EXPECTED_STREAM, header::NATS_MESSAGE_ID};
use bytes::Bytes;
use domain::{AccountId, Shard};
use event_store::{Boundary, Subject};
use event_store_nats::{JetStreamConfig, JetStreamLog};
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::load::closed::{Timing, Window, gather};
use crate::load::on_one_thread;
use crate::stats::Sample;

/// A log of its own beside the dispatcher's, made by the same code.
const SHARD: Shard = Shard(1);

/// A message as it stands in the log.
#[derive(Debug, Clone)]
struct Model {
    headers: HeaderMap,
    payload: Bytes,
}

pub(crate) async fn run(nats_url: String, publishers: usize, timing: Timing) -> Result<Sample> {
    on_one_thread(move || async move {
        let config = JetStreamConfig { shard: SHARD, ..JetStreamConfig::new(nats_url.clone(), "bench") };
        drop(JetStreamLog::open(&config).await?);
        let context = jetstream::new(async_nats::connect(&nats_url).await?);
        let model = model(&context, &config.stream_name()).await?;
        let window = Window::opening(timing);
        let mut running = JoinSet::new();
        for publisher in 0..publishers {
            let account = AccountId::from_i64(i64::try_from(publisher)? + 1).context("an account")?;
            let subject = Subject::new(SHARD, Boundary::Outbox(account)).to_string();
            running.spawn(publish(context.clone(), subject, model.clone(), window));
        }
        gather(running).await
    })
    .await
}

async fn publish(
    context: jetstream::Context,
    subject: String,
    model: Model,
    window: Window,
) -> Result<Sample> {
    let mut sample = Sample::default();
    while !window.is_over() {
        let began = Instant::now();
        let mut headers = model.headers.clone();
        headers.insert(NATS_MESSAGE_ID, Uuid::now_v7().to_string());
        let sent = context.publish_with_headers(subject.clone(), headers, model.payload.clone()).await?;
        window.count(&mut sample, began, sent.await.is_ok());
    }
    Ok(sample)
}

/// The last message of the dispatcher's log.
async fn model(context: &jetstream::Context, stream_name: &str) -> Result<Model> {
    let mut stream = context.get_stream("EVENTS_0").await.context("the dispatcher has made its stream")?;
    let last = stream.info().await?.state.last_sequence;
    let message = stream.get_raw_message(last).await.context("the dispatcher has written something")?;
    let mut headers = HeaderMap::new();
    for (name, values) in message.headers.iter() {
        // What names a batch would make the broker wait for the rest of it.
        if !name.to_string().starts_with("Nats-Batch") {
            values.iter().for_each(|value| headers.append(name.clone(), value.clone()));
        }
    }
    headers.insert(NATS_EXPECTED_STREAM, stream_name);
    Ok(Model { headers, payload: message.payload })
}
