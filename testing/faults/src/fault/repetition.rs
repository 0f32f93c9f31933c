//! Retries long after the broker has forgotten, across restarts of everything.

use std::collections::HashSet;
use std::time::Duration;

use tokio::time::Instant;

use super::{Fault, Happened, Striking, USUAL};
use crate::check::log;
use crate::load::Load;
use crate::load::client::Client;
use crate::record::{Intent, Outcome};
use crate::system::System;

/// The broker remembers command ids for two minutes.
const WINDOW: Duration = Duration::from_secs(125);
const RETRIES_MAX: usize = 40;

pub(super) fn faults() -> Vec<Fault> {
    vec![Fault {
        name: "retry-after-window",
        about: "commands are repeated under their keys after the broker forgot them and everything was restarted",
        strike: retry,
        ..USUAL
    }]
}

fn retry<'a>(system: &'a mut System, load: &'a Load, _seed: u64) -> Striking<'a> {
    Box::pin(async move {
        let operations = load.world.record.all();
        let entries = log::read(&system.broker.url()).await?;
        // What changed nothing has no event, and is decided again.
        let made_events: HashSet<usize> =
            entries.iter().filter_map(|entry| entry.caused_by).map(|(operation, _)| operation).collect();
        let is_chosen = |number: &usize| {
            let operation = &operations[*number];
            operation.key.is_some()
                && operation.ack().is_some()
                && !matches!(operation.intent, Intent::Import { .. })
                && made_events.contains(number)
        };
        let chosen: Vec<usize> = (0..operations.len()).filter(is_chosen).collect();
        let forgotten = Instant::now() + WINDOW;
        system.dispatchers[0].kill();
        system.broker.one().kill().await;
        system.broker.one().restart().await;
        system.dispatchers[0].start_again();
        system.dispatchers[0].answers("/readyz", 200).await;
        // Not a wait for a condition: the time is the fault.
        tokio::time::sleep_until(forgotten).await;
        let client = Client::new(system.dispatchers[0].url.clone());
        let mut answered = 0;
        for number in chosen.into_iter().take(RETRIES_MAX) {
            let told = operations[number].ack().cloned().map(Outcome::Acked);
            let again = client.attempt(&load.world.record, number).await;
            anyhow::ensure!(
                told.as_ref() == Some(&again),
                "{:?}: {told:?}, and again {again:?}",
                operations[number]
            );
            answered += 1;
        }
        Ok(Happened::counted("repetitions answered alike", answered))
    })
}
