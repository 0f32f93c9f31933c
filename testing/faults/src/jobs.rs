//! Runners of jobs, each by a clock of its own, and what came of the windows.

use std::ops::Range;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use nix::sys::signal::Signal;
use serde_json::Value;
use tempfile::TempDir;
use testkit::{Process, eventually};

use crate::check::trail::{JOBS, Trail, Write, end_of, last_writes};
use crate::check::windows::notes::{self, Gone, JobTry, Note, uptime};
use crate::check::windows::{NAMES, READS_DATA_SET, READS_LOG, Windows};
use crate::system::System;
use crate::system::clock::Clocks;
use crate::system::service::{PATIENCE, Service, program};

pub const RUNNERS: usize = 3;
/// A minute until the next window is over, and what it takes to run those before it.
const WINDOW_MAX: Duration = Duration::from_secs(150);
/// Short, because each kill in mid-run is waited out.
const LEASE: &str = "2s";
/// More windows than any clock here moves on at once, so that none is passed over.
const CATCH_UP: usize = 8;
const MINUTE: i64 = 60;

#[derive(Debug)]
pub struct Jobs {
    dir: TempDir,
    clocks: Clocks,
    broker: String,
    runners: Vec<Service>,
    /// Minutes that each one's clock is ahead of the machine's.
    ahead: [i64; RUNNERS],
    gone: Vec<Gone>,
    trail: Trail,
    /// Windows that end in between, by the runners' clocks, have to be over; seconds since 1970. Those before hold nothing,
    /// and a runner that is killed may leave them to nobody.
    meant: Range<i64>,
}

fn clock(index: usize) -> String {
    format!("runner-{index}")
}

impl Jobs {
    /// Starts the runners; their clocks differ by minutes.
    pub async fn start(system: &System) -> Result<Self> {
        let broker = system.broker.url();
        let (dir, clocks, trail) = (tempfile::tempdir()?, Clocks::make()?, Trail::keep(&broker, JOBS).await?);
        let mut jobs = Self {
            dir,
            clocks,
            broker,
            runners: Vec::new(),
            ahead: [0, 1, 2],
            gone: Vec::new(),
            trail,
            meant: now()..i64::MAX,
        };
        std::fs::write(jobs.file(), file_of_jobs())?;
        for index in 0..RUNNERS {
            jobs.clocks.set(&clock(index), jobs.ahead[index] * MINUTE)?;
            let env = jobs.env(system, index)?;
            let args = ["jobs", "run"];
            jobs.runners.push(Service::start_with("rookery", &args, "ROOKERY_JOBS_LISTEN", env, None));
        }
        Ok(jobs)
    }

    fn env(&self, system: &System, index: usize) -> Result<Vec<(String, String)>> {
        let (database, file) = (system.postgres.url(), self.file().display().to_string());
        let (notes, relay) = (self.notes_file().display().to_string(), &system.relay);
        let relay = relay.as_ref().context("runs of jobs read from a relay")?;
        let own = [
            ("ROOKERY_NATS_URL", &*self.broker),
            ("ROOKERY_ANALYST_URL", &database),
            ("ROOKERY_JOBS_FILE", &file),
            ("ROOKERY_JOBS_LEASE", LEASE),
            (notes::NOTES, &notes),
            (notes::RELAY, &relay.url),
            (notes::QUERY_API, &system.query_api.url),
        ];
        let clock = self.clocks.env(&clock(index)).map(|(name, value)| (name.to_owned(), value));
        Ok(system.env(&own).into_iter().chain(clock).collect())
    }

    fn file(&self) -> PathBuf {
        self.dir.path().join("jobs.yaml")
    }

    fn notes_file(&self) -> PathBuf {
        self.dir.path().join("notes")
    }

    fn runners(&self) -> impl Iterator<Item = &Service> {
        self.runners.iter()
    }

    fn output(&self) -> String {
        self.runners().map(Service::output).collect()
    }

    fn notes(&self) -> Result<Vec<Note>> {
        notes::read(&self.notes_file())
    }

    /// Seconds that the clock which is furthest ahead is before the machine's.
    fn ahead_max(&self) -> i64 {
        self.furthest() * MINUTE
    }

    fn furthest(&self) -> i64 {
        self.ahead.iter().max().copied().unwrap_or_default()
    }

    fn index_of(&self, runner: u32) -> Option<usize> {
        self.runners.iter().position(|service| service.process().pid() == runner)
    }

    fn is_gone(&self, run: &JobTry) -> bool {
        self.gone.iter().any(|gone| gone.runner == run.runner && gone.at >= run.began)
    }

    /// Waits for a run in its middle, and tells whose it is.
    pub async fn in_the_middle(&self) -> (usize, JobTry) {
        eventually("a window runs", WINDOW_MAX, async || {
            let notes = self.notes().map_err(|error| format!("{error:#}"))?;
            let running =
                notes.iter().rev().filter(|note| note.ended.is_none() && note.run.from < note.run.to);
            let mut alive = running.filter(|note| !self.is_gone(&note.run) && is_alive(note.run.process));
            let found = alive.find_map(|note| Some((self.index_of(note.run.runner)?, note.run.clone())));
            found.ok_or_else(|| format!("{} runs so far\n{}", notes.len(), self.output()))
        })
        .await
    }

    /// SIGKILL. One more window is over by the clock of the one that takes its place.
    pub fn kill(&mut self, index: usize) -> Result<()> {
        let runner = self.runners[index].process().pid();
        self.runners[index].kill();
        self.gone.push(Gone { runner, at: uptime()? });
        self.ahead[index] = self.furthest() + 1;
        self.clocks.set(&clock(index), self.ahead[index] * MINUTE)?;
        self.runners[index].start_again();
        Ok(())
    }

    pub fn freeze(&mut self, index: usize) -> Result<()> {
        let process = self.runners[index].process();
        process.signal(Signal::SIGSTOP);
        self.gone.push(Gone { runner: process.pid(), at: uptime()? });
        Ok(())
    }

    pub fn wake(&self, index: usize) {
        self.runners[index].process().signal(Signal::SIGCONT);
    }

    /// The clock of a runner that goes on jumps by an hour, until it has noticed, and is set right again.
    pub async fn jump(&self, index: usize) -> Result<()> {
        let (clock, ahead, runner) = (clock(index), self.ahead[index] * MINUTE, &self.runners[index]);
        let noticed = |runner: &Service| runner.output().matches("the wall clock jumped").count();
        let before = noticed(runner);
        self.clocks.set(&clock, ahead + 60 * MINUTE)?;
        eventually("a runner notices the jump", PATIENCE, async || match noticed(runner) {
            now if now > before => Ok(()),
            _ => Err(runner.output()),
        })
        .await;
        self.clocks.set(&clock, ahead)
    }

    /// Every write to the ledger so far.
    async fn trail(&mut self) -> Result<&[Write]> {
        self.trail.refresh(&self.broker).await
    }

    /// Waits until a window is in other hands, or over.
    pub async fn moves_on(&mut self, run: &JobTry) -> Result<()> {
        let deadline = tokio::time::Instant::now() + PATIENCE;
        loop {
            let last = self.trail().await?.iter().rev().find(|write| write.key == run.key);
            if last.is_some_and(|last| !last.is_held() || last.runner() != Some(run.runner)) {
                return Ok(());
            }
            ensure!(tokio::time::Instant::now() < deadline, "nobody takes {} over: {last:?}", run.key);
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Waits until all windows that are over by any clock have run, ends the runners in order, and tells what came of all.
    pub async fn finish(mut self) -> Result<Windows> {
        self.settle().await?;
        for runner in &mut self.runners {
            runner.stop().await;
        }
        let mut history = Vec::new();
        for job in NAMES {
            history.push((job, self.history(job).await?));
        }
        Ok(Windows {
            history,
            trail: self.trail().await?.to_vec(),
            notes: self.notes()?,
            gone: self.gone.clone(),
            meant: self.meant.clone(),
            ahead: self.ahead_max(),
            output: self.output(),
        })
    }

    async fn settle(&mut self) -> Result<()> {
        let now = now() + self.ahead_max();
        let newest = now - now % MINUTE;
        self.meant.end = newest + 1;
        let meant = self.meant.clone();
        let deadline = tokio::time::Instant::now() + PATIENCE;
        loop {
            let open: Vec<String> = {
                let last = last_writes(self.trail().await?);
                let is_there =
                    |job: &str| last.iter().any(|write| write.job() == job && end_of(write) == Some(newest));
                let missing =
                    NAMES.iter().filter(|job| !is_there(job)).map(|job| format!("{job} to {newest}"));
                let running = last.iter().filter(|write| write.text("state") == "running");
                let running = running.filter(|write| end_of(write).is_some_and(|end| meant.contains(&end)));
                missing.chain(running.map(|write| format!("{write:?}"))).collect()
            };
            if open.is_empty() {
                break;
            }
            ensure!(tokio::time::Instant::now() < deadline, "windows stay open: {open:?}\n{}", self.output());
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Ok(())
    }

    /// What `rookery jobs history` says of a job, by the clock that is furthest ahead.
    async fn history(&self, job: &str) -> Result<Vec<Value>> {
        let index = (0..RUNNERS).max_by_key(|index| self.ahead[*index]).context("a runner")?;
        let rookery = program("rookery").display().to_string();
        let args = ["jobs", "history", job, "--last", "50"].map(str::to_owned);
        let mut history = Process::start(&rookery, args, self.runners[index].env().to_vec());
        let status = history.wait(PATIENCE).await;
        let output = history.output();
        ensure!(status.success(), "history: {output}");
        output.lines().map(|line| serde_json::from_str(line).context("a line of the history")).collect()
    }
}

fn now() -> i64 {
    time::OffsetDateTime::now_utc().unix_timestamp()
}

fn is_alive(process: u32) -> bool {
    std::fs::read_to_string(format!("/proc/{process}/stat")).is_ok_and(|stat| !stat.contains(") Z"))
}

/// More tries than kills, and a window a minute.
fn file_of_jobs() -> String {
    let job = |name: &str, reads: &str, overlap: &str| {
        let command = program("faults-job").display().to_string();
        format!(
            "  - name: {name}
    schedule: '* * * * * UTC'
    command: ['{command}']
    clock: recorded
    reads: {reads}
    overlap: {overlap}
    catch_up: {CATCH_UP}
    timeout_seconds: 60
    tries: 100
"
        )
    };
    format!("jobs:\n{}{}", job(READS_LOG, "log", "wait"), job(READS_DATA_SET, "data_set", "skip"))
}
