//! Reducers: two on one projection, and one that dies between any two steps.

use anyhow::ensure;
use fail_points::CRASH_POINT;
use nix::sys::signal::Signal;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use super::{Fault, Happened, Striking, USUAL};
use crate::load::Load;
use crate::system::{Setup, System};

/// Where a batch can be cut off; named by the fold's own crash points. Deactivations are not in the load.
const STEPS: [&str; 20] = [
    "after-receive",
    "social-after-begin",
    "social-after-fence",
    "after-accounts",
    "after-insert",
    "after-answer",
    "after-edit",
    "after-delete",
    "after-removed-edges",
    "after-made-edges",
    "after-counts",
    "social-after-rows",
    "social-before-commit",
    "social-after-commit",
    "feeds-after-begin",
    "feeds-after-fence",
    "feeds-after-segment",
    "feeds-after-rows",
    "feeds-before-commit",
    "feeds-after-commit",
];

pub(super) fn faults() -> Vec<Fault> {
    vec![
        Fault {
            name: "kill-reducers-between-steps",
            about: "the reducers abort between any two steps of a batch, 20 steps one after the other",
            strike: between_steps,
            ..USUAL
        },
        Fault {
            name: "two-reducers",
            about: "two reducers on the same projections: one freezes in a batch and wakes up again",
            setup: || Setup { reducers: 2, ..Setup::default() },
            strike: two,
            ..USUAL
        },
    ]
}

fn between_steps<'a>(system: &'a mut System, load: &'a Load, _seed: u64) -> Striking<'a> {
    Box::pin(async move {
        let reducers = &mut system.reducers[0];
        let mut aborted = 0;
        for step in STEPS {
            reducers.kill();
            // Reached once in peace, so that the crash meets a checkpoint that has moved.
            reducers.set(CRASH_POINT, &format!("{step}:1"));
            reducers.start_again();
            let status = reducers.ends().await;
            let signal = std::os::unix::process::ExitStatusExt::signal(&status);
            ensure!(signal == Some(Signal::SIGABRT as i32), "{step}: {status}, are crash points armed?");
            aborted += 1;
        }
        reducers.set(CRASH_POINT, "");
        reducers.start_again();
        reducers.answers("/readyz", 200).await;
        load.acked(1).await;
        Ok(Happened::counted("aborts", aborted))
    })
}

fn two<'a>(system: &'a mut System, load: &'a Load, seed: u64) -> Striking<'a> {
    Box::pin(async move {
        let mut random = StdRng::seed_from_u64(seed);
        for round in 0..8 {
            let frozen = &system.reducers[round % 2];
            frozen.process().signal(Signal::SIGSTOP);
            load.acked(random.random_range(5..25)).await;
            frozen.process().signal(Signal::SIGCONT);
            load.acked(random.random_range(1..15)).await;
        }
        let output: String = system.reducers.iter().map(crate::system::service::Service::output).collect();
        let fenced = output.matches("moved the checkpoint; standing by").count();
        Ok(Happened::counted("freezes", 8).and("batches fenced off", fenced))
    })
}
