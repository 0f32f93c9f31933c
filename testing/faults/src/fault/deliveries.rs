//! Those who hand events over die or stand still in the middle of it, and so does what they stand on.

use std::time::Duration;

use anyhow::Context;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use super::{Fault, Happened, Starting, Striking, USUAL};
use crate::load::Load;
use crate::system::clock;
use crate::system::deliveries::{Away, Deliveries};
use crate::system::{Setup, System};

/// Longer than a lease.
const AWAY: Duration = Duration::from_millis(2_500);

pub(super) fn faults() -> Vec<Fault> {
    vec![Fault {
        name: "deliveries",
        about: "two relays that send webhooks, and three processes of a durable of commands: kill -9, freezes and suspended \
                machines in the middle of a request and a command, broker killed and frozen for longer than their leases",
        start,
        strike,
        has_aftermath: false,
        unless: clock::obstacle,
        ..USUAL
    }]
}

fn start(setup: Setup) -> Starting {
    Box::pin(async move {
        let mut system = System::start(setup).await;
        system.ready().await;
        system.deliveries = Some(Deliveries::start(&system).await?);
        Ok(system)
    })
}

fn strike<'a>(system: &'a mut System, load: &'a Load, seed: u64) -> Striking<'a> {
    Box::pin(async move {
        let mut random = StdRng::seed_from_u64(seed);
        let deliveries = system.deliveries.as_mut().context("somebody hands events over")?;
        let ways = [Away::Killed, Away::Frozen, Away::Suspended];
        for away in ways {
            load.acked(random.random_range(5..15)).await;
            deliveries.strike(away).await?;
        }
        let nats = system.broker.one();
        load.acked(random.random_range(5..15)).await;
        nats.kill().await;
        // Not a wait for a condition: the time is the fault.
        tokio::time::sleep(AWAY).await;
        nats.restart().await;
        load.acked(random.random_range(5..15)).await;
        // There is more left to do than is done before the next break, and it is quicker done without the load.
        load.world.stop();
        nats.pause();
        tokio::time::sleep(AWAY).await;
        nats.resume();
        Ok(Happened::counted("holders struck in mid-work", ways.len() * 2).and("breaks of the broker", 2))
    })
}
