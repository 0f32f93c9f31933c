//! Runners of jobs that die or stand still in the middle of a window, by clocks that disagree and jump.

use std::time::Duration;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use super::{Fault, Happened, Striking, USUAL};
use crate::check::trail::last_writes;
use crate::check::windows::Windows;
use crate::check::windows::notes::Gone;
use crate::jobs::{Jobs, RUNNERS};
use crate::load::Load;
use crate::system::clock;
use crate::system::{Setup, System};

/// Longer than a runner goes on without a beat, and than its lease.
const AWAY: Duration = Duration::from_millis(2_500);

pub(super) fn faults() -> Vec<Fault> {
    vec![Fault {
        name: "jobs",
        about: "three runners of jobs, whose clocks are minutes ahead of each other: kill -9 and freezes in mid-run, clocks \
                that jump, broker and database gone meanwhile",
        setup: || Setup { has_followers: true, ..Setup::default() },
        strike,
        has_aftermath: false,
        unless: clock::obstacle,
        ..USUAL
    }]
}

fn strike<'a>(system: &'a mut System, load: &'a Load, seed: u64) -> Striking<'a> {
    Box::pin(async move {
        let mut random = StdRng::seed_from_u64(seed);
        let mut jobs = Jobs::start(system).await?;
        for round in 0..4 {
            load.acked(random.random_range(5..15)).await;
            let (index, run) = jobs.in_the_middle().await;
            let next = (index + random.random_range(1..RUNNERS)) % RUNNERS;
            match round {
                0 => jobs.kill(index)?,
                1 => {
                    jobs.freeze(index)?;
                    jobs.kill(next)?;
                    jobs.moves_on(&run).await?;
                    jobs.wake(index);
                }
                2 => {
                    let nats = system.broker.one();
                    nats.kill().await;
                    // Not a wait for a condition: the time is the fault.
                    tokio::time::sleep(AWAY).await;
                    nats.restart().await;
                    jobs.kill(next)?;
                }
                _ => {
                    system.postgres.kill().await;
                    jobs.jump(index).await?;
                    system.postgres.restart().await;
                    // It would start nothing for ten seconds.
                    jobs.kill(index)?;
                }
            }
        }
        // What is left is quicker done without it.
        load.world.stop();
        let mut happened = counted(jobs.finish().await?);
        // A crash of Postgres takes the last commits back.
        happened.allowed.data_may_go_back = true;
        Ok(happened)
    })
}

fn counted(windows: Windows) -> Happened {
    let in_the_middle = windows.notes.iter().filter(|note| {
        let has_ended_by = |at| note.ended.as_ref().is_some_and(|ended| ended.at < at);
        let is_of = |gone: &Gone| gone.runner == note.run.runner && note.run.began <= gone.at;
        note.run.from < note.run.to && windows.gone.iter().any(|gone| is_of(gone) && !has_ended_by(gone.at))
    });
    let in_the_middle = in_the_middle.count();
    let last = last_writes(&windows.trail);
    let again = last.iter().filter(|write| write.number("tries") > 1).count();
    let with_events = last.iter().filter(|write| write.number("from") < write.number("to")).count();
    let happened = Happened::counted("runs without their runner", in_the_middle)
        .and("windows tried again", again)
        .and("windows with events", with_events);
    Happened { windows: Some(windows), ..happened }
}
