//! Clocks of the services that are wrong, by an hour in either direction, and jump.
//!
//! The shift is loaded into the services before libc. Broker and database keep the machine's clock: the one is linked
//! without libc, the other is started without our environment.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

use anyhow::{Context, Result, ensure};
use rand::SeedableRng;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;

use super::{Fault, Starting, Striking, USUAL};
use crate::load::Load;
use crate::run::Happened;
use crate::system::service::Service;
use crate::system::{Setup, System, http};

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

/// Seconds that a service is ahead of this process, by the date of its answers.
async fn ahead(service: &Service) -> Result<i64> {
    let answer = http().get(format!("{}/livez", service.url)).send().await?;
    let date = answer.headers().get("date").context("an answer has a date")?.to_str()?;
    let format = time::format_description::well_known::Rfc2822;
    let told = time::OffsetDateTime::parse(&date.replace("GMT", "+0000"), &format)?;
    let now: time::OffsetDateTime = SystemTime::now().into();
    Ok((told - now).whole_seconds())
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
            let seen = ahead(&system.dispatchers[0]).await?;
            ensure!((seen - by).abs() <= 2, "the clock was set by {by} s, but is {seen} s ahead");
            jumps += usize::from(by != 0);
        }
        std::fs::write(&shift, "0")?;
        Ok(Happened::counted("jumps", jumps))
    })
}
