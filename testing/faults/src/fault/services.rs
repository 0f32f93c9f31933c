//! Services that die.

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use testkit::eventually;

use super::{Fault, Happened, Striking, USUAL};
use crate::load::Load;
use crate::system::System;
use crate::system::service::{PATIENCE, Service};

const KILLS: usize = 4;

pub(super) fn faults() -> Vec<Fault> {
    vec![
        Fault {
            name: "kill-dispatcher",
            about: "kill -9 of the dispatcher, four times, in the middle of its commands",
            strike: kill_dispatcher,
            ..USUAL
        },
        Fault {
            name: "kill-reducers",
            about: "kill -9 of the reducers, four times, in the middle of their batches",
            strike: kill_reducers,
            ..USUAL
        },
        Fault {
            name: "kill-query-api",
            about: "kill -9 of the query API, four times",
            strike: kill_query_api,
            ..USUAL
        },
        Fault {
            name: "kill-broker",
            about: "kill -9 and restart of nats-server, three times",
            strike: kill_broker,
            ..USUAL
        },
    ]
}

/// So many further acks between two kills, drawn so that the kills meet different moments.
fn between(random: &mut StdRng) -> usize {
    random.random_range(10..40)
}

async fn kill(service: &mut Service, load: &Load, random: &mut StdRng) {
    load.acked(between(random)).await;
    service.kill();
    service.start_again();
    service.answers("/readyz", 200).await;
}

fn kill_dispatcher<'a>(system: &'a mut System, load: &'a Load, seed: u64) -> Striking<'a> {
    Box::pin(async move {
        let mut random = StdRng::seed_from_u64(seed);
        for _ in 0..KILLS {
            kill(&mut system.dispatchers[0], load, &mut random).await;
        }
        Ok(Happened::counted("kills", KILLS))
    })
}

fn kill_reducers<'a>(system: &'a mut System, load: &'a Load, seed: u64) -> Striking<'a> {
    Box::pin(async move {
        let mut random = StdRng::seed_from_u64(seed);
        for _ in 0..KILLS {
            load.acked(between(&mut random)).await;
            system.reducers[0].kill();
            // The log goes on, so that there is something to catch up with.
            load.acked(between(&mut random)).await;
            system.reducers[0].start_again();
        }
        system.reducers[0].answers("/readyz", 200).await;
        Ok(Happened::counted("kills", KILLS))
    })
}

fn kill_query_api<'a>(system: &'a mut System, load: &'a Load, seed: u64) -> Striking<'a> {
    Box::pin(async move {
        let mut random = StdRng::seed_from_u64(seed);
        for _ in 0..KILLS {
            kill(&mut system.query_api, load, &mut random).await;
        }
        Ok(Happened::counted("kills", KILLS))
    })
}

fn kill_broker<'a>(system: &'a mut System, load: &'a Load, seed: u64) -> Striking<'a> {
    Box::pin(async move {
        let mut random = StdRng::seed_from_u64(seed);
        for _ in 1..KILLS {
            load.acked(between(&mut random)).await;
            let nats = system.broker.one();
            nats.kill().await;
            nats.restart().await;
        }
        // The worker notices that its consumer went with the broker.
        let again = || system.reducers[0].output().matches("the consumer is made again").count();
        let noticed = eventually("the reducers read on", PATIENCE, async || match again() {
            0 => Err(system.reducers[0].output()),
            again => Ok(again),
        });
        let again = noticed.await;
        Ok(Happened::counted("kills", KILLS - 1).and("redeliveries begun", again))
    })
}
