//! Followers whose services die, and what those stand on.

use std::time::Duration;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use super::{Fault, Happened, Striking, USUAL};
use crate::load::Load;
use crate::system::{Setup, System};

/// Longer than a follower waits for a word.
const AWAY: Duration = Duration::from_millis(2_500);
const KILLS: usize = 2;

pub(super) fn faults() -> Vec<Fault> {
    vec![Fault {
        name: "followers",
        about: "consumers of the relay and readers of streams hang up, relay and query API are killed under them, broker \
                and database are gone for a while",
        setup: || Setup { has_followers: true, ..Setup::default() },
        strike,
        ..USUAL
    }]
}

fn strike<'a>(system: &'a mut System, load: &'a Load, seed: u64) -> Striking<'a> {
    Box::pin(async move {
        let mut random = StdRng::seed_from_u64(seed);
        let mut killed = 0;
        for _ in 0..KILLS {
            for service in system.relay.iter_mut().chain([&mut system.query_api]) {
                load.acked(random.random_range(10..30)).await;
                service.kill();
                // What happens meanwhile is what it has to hand on later.
                load.acked(random.random_range(10..30)).await;
                service.start_again();
                killed += 1;
            }
            for service in system.relay.iter().chain([&system.query_api]) {
                service.answers("/readyz", 200).await;
            }
        }
        let nats = system.broker.one();
        nats.kill().await;
        // Not a wait for a condition: the time is the fault.
        tokio::time::sleep(AWAY).await;
        nats.restart().await;
        load.acked(random.random_range(10..30)).await;
        system.postgres.kill().await;
        load.acked(random.random_range(10..30)).await;
        system.postgres.restart().await;
        let mut happened = Happened::counted("services killed", killed);
        // A crash of Postgres takes the last commits back.
        happened.allowed.data_may_go_back = true;
        Ok(happened)
    })
}
