//! Clocks of the services that are wrong, by an hour in either direction, and jump.

use anyhow::{Context, Result};
use rand::SeedableRng;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;

use super::{Fault, Happened, Starting, Striking, USUAL};
use crate::check::log;
use crate::load::Load;
use crate::system::clock::{self, Clocks};
use crate::system::{Setup, System, settled};

const HOUR: i64 = 3_600;
/// All services have the same.
const CLOCK: &str = "services";

pub(super) fn faults() -> Vec<Fault> {
    vec![Fault {
        name: "clocks-jump",
        about: "the services' clocks are an hour early or late, and jump between that under load",
        start: with_clocks,
        strike: jump,
        unless: clock::obstacle,
        ..USUAL
    }]
}

fn with_clocks(mut setup: Setup) -> Starting {
    Box::pin(async move {
        let clocks = Clocks::make()?;
        clocks.set(CLOCK, 0)?;
        setup.env.extend(clocks.env(CLOCK));
        let mut system = System::start(setup).await;
        system.clocks = Some(clocks);
        Ok(system)
    })
}

async fn is_ahead(urls: &str, by: i64) -> Result<(), String> {
    let seen = ahead(urls).await.map_err(|error| format!("{error:#}"))?;
    if (seen - by).abs() <= 2 { Ok(()) } else { Err(format!("set by {by} s, it is {seen} s ahead")) }
}

/// Seconds that the dispatcher is ahead of the broker, by the time at which it decided its last event.
async fn ahead(urls: &str) -> Result<i64> {
    let entries = log::read(urls).await?;
    let last =
        entries.iter().rev().find(|entry| entry.decided_at > 0).context("an event of the dispatcher")?;
    Ok((last.decided_at - last.recorded_at) / 1_000_000)
}

fn jump<'a>(system: &'a mut System, load: &'a Load, seed: u64) -> Striking<'a> {
    Box::pin(async move {
        let mut random = StdRng::seed_from_u64(seed);
        let clocks = system.clocks.as_ref().context("a shifted clock")?;
        let (url, mut jumps) = (system.broker.url(), 0);
        for _ in 0..8 {
            let by = *[-HOUR, HOUR, 0, -30, 30].choose(&mut random).context("a choice")?;
            clocks.set(CLOCK, by)?;
            load.acked(20).await;
            // What was decided before may be appended behind what is decided now.
            settled("the services go by their clock", || is_ahead(&url, by)).await;
            jumps += usize::from(by != 0);
        }
        clocks.set(CLOCK, 0)?;
        Ok(Happened::counted("jumps", jumps))
    })
}
