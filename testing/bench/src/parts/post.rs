//! Part `post`: commands accepted per second.

use std::sync::Arc;

use anyhow::Result;
use uuid::Uuid;

use super::{Parts, callers};
use crate::bare::publishes;
use crate::corpus::Corpus;
use crate::load::closed::{self, Timing};
use crate::load::http::post_with;
use crate::memory_book::Situation;
use crate::processes::Cores;
use crate::report::{Table, met, millis, percent, say, times, whole};
use crate::servers::Servers;
use crate::services::Service;
use crate::stats::Sample;

const CONNECTIONS: [usize; 3] = [1, 16, 64];
const AIM_CONNECTIONS: usize = 64;
/// Part of the bare publishes, and multiple of the peer, that is aimed at with that many connections.
const AIM_OF_LIMIT: f64 = 0.6;
const AIM_OF_PEER: f64 = 2.0;
/// What commands with an idempotency key reach of those without, with any number of connections.
const AIM_OF_UNKEYED: f64 = 0.9;

/// `POST`s over so many connections, each of another account.
pub(super) async fn load(
    service: &Service,
    tokens: &Arc<[String]>,
    connections: usize,
    timing: Timing,
) -> Result<Sample> {
    load_with(service, tokens, connections, timing, String::new).await
}

fn key() -> String {
    format!("Idempotency-Key: {}\r\n", Uuid::now_v7())
}

async fn load_with(
    service: &Service,
    tokens: &Arc<[String]>,
    connections: usize,
    timing: Timing,
    extra: fn() -> String,
) -> Result<Sample> {
    let tokens = Arc::clone(tokens);
    let requests = move |caller: usize| {
        let token = tokens[caller % tokens.len()].clone();
        let mut corpus = Corpus::new(caller as u64);
        move || post_with("/v1/messages", Some(&token), &extra(), &corpus.body())
    };
    closed::requests(service.address, connections, timing, 201, requests).await
}

impl Parts {
    pub(crate) async fn post(&mut self) -> Result<()> {
        let servers = Servers::start(false).await?;
        let callers = callers(&servers)?;
        let tokens: Arc<[String]> = callers.tokens.clone().into();
        let dispatcher = Service::dispatcher(&self.programs, &servers, &callers).await?;
        let peer_url = servers.make_database("peer").await?;
        let peer = Service::plain_insert(&self.programs, &peer_url).await?;
        let timing = self.scale.timing;
        let columns = ["connections", "accepted/s", "p50", "p99", "limit/s", "p50", "p99", "ratio", "aim"];
        let mut limits = Table::new("(a) POST /v1/messages against bare JetStream publishes", &columns);
        let columns = ["connections", "accepted/s", "p50", "p99", "peer/s", "p50", "p99", "ratio", "aim"];
        let mut peers =
            Table::new("(a, g) POST /v1/messages against a plain axum and sqlx service", &columns);
        let columns = ["connections", "keyed/s", "p50", "p99", "unkeyed/s", "p50", "p99", "ratio", "aim"];
        let mut keyed = Table::new("(a) POST /v1/messages with and without an Idempotency-Key", &columns);
        let mut notes = Vec::new();
        for connections in CONNECTIONS {
            let cores =
                Cores::watch(&[("dispatcher", dispatcher.pid()), ("nats-server", servers.nats_pid())]);
            let mut ours = load(&dispatcher, &tokens, connections, timing).await?;
            notes.push(format!("Cores used by POST at {connections} connections: {}.", cores.describe()));
            let cores = Cores::watch(&[("nats-server", servers.nats_pid())]);
            let mut bare = publishes::run(servers.nats_url(), connections, timing).await?;
            notes.push(format!("Cores used by bare publishes at {connections}: {}.", cores.describe()));
            let mut plain = load(&peer, &tokens, connections, timing).await?;
            let mut with_key = load_with(&dispatcher, &tokens, connections, timing, key).await?;
            let of_unkeyed = with_key.per_second() / ours.per_second();
            let (cell, is_met) = (percent(of_unkeyed, 1.0), met(of_unkeyed >= AIM_OF_UNKEYED));
            keyed.row(row(connections, &mut with_key, &mut ours, cell, is_met));
            let (ratio, multiple) =
                (ours.per_second() / bare.per_second(), ours.per_second() / plain.per_second());
            limits.row(row(
                connections,
                &mut ours,
                &mut bare,
                percent(ratio, 1.0),
                aim(connections, ratio >= AIM_OF_LIMIT),
            ));
            peers.row(row(
                connections,
                &mut ours,
                &mut plain,
                times(multiple, 1.0),
                aim(connections, multiple >= AIM_OF_PEER),
            ));
        }
        self.memory.watch(Situation::Load, "dispatcher", dispatcher.pid());
        self.memory.watch(Situation::Load, "plain-insert (peer)", peer.pid());
        drop(peer);
        limits.print();
        peers.print();
        keyed.print();
        notes.iter().for_each(|note| say(&format!("\n{note}")));
        self.post_with_all_services(&servers, &dispatcher, &tokens).await
    }

    /// The fold shares the machine with the dispatcher wherever all of it runs on one.
    async fn post_with_all_services(
        &mut self,
        servers: &Servers,
        dispatcher: &Service,
        tokens: &Arc<[String]>,
    ) -> Result<()> {
        let reducers = Service::reducers(&self.programs, servers, &servers.database_url()).await?;
        super::fold::await_head(servers, &servers.database_url(), None).await?;
        let mut ours = load(dispatcher, tokens, AIM_CONNECTIONS, self.scale.timing).await?;
        say(&format!(
            "\nWith the reducers folding at the same time, {AIM_CONNECTIONS} connections: {} accepted/s, p50 {}, p99 {}.",
            whole(ours.per_second()),
            millis(ours.percentile_ms(50)),
            millis(ours.percentile_ms(99)),
        ));
        self.memory.watch(Situation::Load, "reducers", reducers.pid());
        Ok(())
    }
}

fn aim(connections: usize, is_met: bool) -> String {
    if connections == AIM_CONNECTIONS { met(is_met) } else { "no aim".to_owned() }
}

fn row(
    connections: usize,
    ours: &mut Sample,
    theirs: &mut Sample,
    ratio: String,
    aim: String,
) -> Vec<String> {
    let failures = ours.failures + theirs.failures;
    if failures > 0 {
        say(&format!("{failures} requests failed at {connections} connections"));
    }
    let mut cells = vec![connections.to_string()];
    for sample in [ours, theirs] {
        cells.push(whole(sample.per_second()));
        cells.push(millis(sample.percentile_ms(50)));
        cells.push(millis(sample.percentile_ms(99)));
    }
    cells.extend([ratio, aim]);
    cells
}
