//! An open loop: posts at fixed moments, however long the answers take, each followed by a read that awaits it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use tokio::task::JoinSet;

use super::http::{Connection, get, post};
use crate::corpus::Corpus;
use crate::stats::Sample;

/// Callers who take turns. Each has so many periods for one post and its read before it would hold the schedule up.
const CALLERS: u32 = 64;

#[derive(Debug, Clone)]
pub(crate) struct Plan {
    pub(crate) dispatcher: SocketAddr,
    pub(crate) query_api: SocketAddr,
    pub(crate) tokens: Arc<[String]>,
    pub(crate) posts_per_second: u32,
    pub(crate) duration: Duration,
    pub(crate) reading: Reading,
}

/// Where a post is looked for.
#[derive(Debug, Clone)]
pub(crate) enum Reading {
    /// By its author, under its own address.
    Message,
    /// As the newest of the home timeline of a follower, with the token at the author's place.
    Timeline(Arc<[String]>),
}

/// From the planned moment of a post to its 201, and from the 201 to the answer that shows the message.
#[derive(Debug, Default)]
pub(crate) struct Latencies {
    pub(crate) posted: Sample,
    pub(crate) visible: Sample,
}

pub(crate) async fn post_and_read(plan: Plan) -> Result<Latencies> {
    super::on_one_thread(move || async move {
        let begin = Instant::now() + Duration::from_millis(200);
        let mut running = JoinSet::new();
        for caller in 0..CALLERS {
            running.spawn(call(plan.clone(), caller, begin));
        }
        let mut sum = Latencies::default();
        while let Some(seen) = running.join_next().await {
            let seen = seen.context("a caller failed")??;
            sum.posted.absorb(seen.posted);
            sum.visible.absorb(seen.visible);
        }
        sum.posted.elapsed = plan.duration;
        sum.visible.elapsed = plan.duration;
        Ok(sum)
    })
    .await
}

async fn call(plan: Plan, caller: u32, begin: Instant) -> Result<Latencies> {
    let token = plan.tokens.get(caller as usize % plan.tokens.len()).context("there are tokens")?.as_str();
    let mut corpus = Corpus::new(u64::from(caller));
    let mut dispatcher = Connection::open(plan.dispatcher).await?;
    let mut query_api = Connection::open(plan.query_api).await?;
    let mut seen = Latencies::default();
    let period = Duration::from_secs(1) / plan.posts_per_second;
    for turn in (caller..).step_by(CALLERS as usize) {
        let planned = period * turn;
        if planned >= plan.duration {
            return Ok(seen);
        }
        tokio::time::sleep_until((begin + planned).into()).await;
        let request = post("/v1/messages", Some(token), &corpus.body());
        let answer = dispatcher.exchange(request.as_bytes()).await?;
        let accepted = Instant::now();
        if answer.status != 201 {
            bail!("a post was answered with {}", answer.status);
        }
        seen.posted.push(accepted - (begin + planned));
        let position = answer.header("event-position").context("a 201 has a position")?;
        let path = answer.header("location").context("a 201 has a location")?;
        let awaited = format!("Await-Position: {position}\r\n");
        let (request, shown) = match &plan.reading {
            Reading::Message => (get(path, Some(token), &awaited), None),
            Reading::Timeline(tokens) => {
                let reader = tokens.get(caller as usize % tokens.len()).context("there are readers")?;
                let id = path.rsplit('/').next().unwrap_or_default();
                (get("/v1/timeline", Some(reader), &awaited), Some(format!("\"position\":\"{id}\"")))
            }
        };
        let answer = query_api.exchange(request.as_bytes()).await?;
        let is_shown = shown.is_none_or(|part| String::from_utf8_lossy(answer.body).contains(&part));
        if answer.status != 200 || !is_shown {
            seen.visible.failures += 1;
            continue;
        }
        seen.visible.push(accepted.elapsed());
    }
    Ok(seen)
}
