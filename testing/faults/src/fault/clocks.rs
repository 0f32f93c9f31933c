//! Clocks of the services that are wrong, by an hour in either direction, and jump.
//!
//! The shift is loaded into the services before libc. Broker and database keep the machine's clock: the one is linked
//! without libc, the other is started without our environment.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use rand::SeedableRng;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;

use super::{Fault, Happened, Starting, Striking, USUAL};
use crate::check::log;
use crate::load::Load;
use crate::system::{Setup, System};

const HOUR: i64 = 3_600;

pub(super) fn faults() -> Vec<Fault> {
    vec![Fault {
        name: "clocks-jump",
        about: "the services' clocks are an hour early or late, and jump between that under load",
        start: with_clocks,
        strike: jump,
        unless: without_compiler,
        ..USUAL
    }]
}

fn without_compiler() -> Option<String> {
    let found = Command::new("cc").arg("--version").output().is_ok();
    (!found).then(|| "there is no C compiler (cc) to build the shift of the clock with".to_owned())
}

fn build(dir: &Path) -> Result<PathBuf> {
    let (source, library) = (dir.join("shift.c"), dir.join("shift.so"));
    std::fs::write(&source, include_str!("shift.c"))?;
    let built =
        Command::new("cc").args(["-shared", "-fPIC", "-O1", "-o"]).arg(&library).arg(&source).output()?;
    ensure!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    Ok(library)
}

fn with_clocks(mut setup: Setup) -> Starting {
    Box::pin(async move {
        let dir = tempfile::tempdir()?;
        let library = build(dir.path())?;
        let shift = dir.path().join("shift");
        std::fs::write(&shift, "0")?;
        setup.env.push(("LD_PRELOAD", library.display().to_string()));
        setup.env.push(("FAULTS_CLOCK_SHIFT", shift.display().to_string()));
        let mut system = System::start(setup).await;
        system.clock = Some(dir);
        Ok(system)
    })
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
        let shift = system.clock.as_ref().context("a shifted clock")?.path().join("shift");
        let mut jumps = 0;
        for _ in 0..8 {
            let by = *[-HOUR, HOUR, 0, -30, 30].choose(&mut random).context("a choice")?;
            std::fs::write(&shift, by.to_string())?;
            load.acked(20).await;
            let seen = ahead(&system.broker.url()).await?;
            ensure!((seen - by).abs() <= 2, "the clock was set by {by} s, but is {seen} s ahead");
            jumps += usize::from(by != 0);
        }
        std::fs::write(&shift, "0")?;
        Ok(Happened::counted("jumps", jumps))
    })
}
