//! `faults`: runs every fault, or those named, and prints a table; then plants every bug and demands that it is seen.
#![expect(clippy::print_stdout, reason = "a program that prints its findings")]

use std::process::ExitCode;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::Result;
use clap::Parser;
use faults::bugs::{self, Bug};
use faults::fault::{self, Fault};
use faults::run::{self, Report};

/// Seeds for a bug.
const TRIES: u64 = 3;

/// Breaks Rookery under load, and checks that it kept its promises.
///
/// Needs the programs dispatcher, reducers and query-api beside this one, built with --all-features; `make faults` does
/// that. Exit code 1 where a promise was broken, a fault did not happen, or a planted bug was not seen.
#[derive(Debug, Parser)]
struct Arguments {
    /// Repeats a run: the same clients ask for the same things, as far as the answers allow.
    #[arg(long)]
    seed: Option<u64>,
    /// List faults and bugs, and end.
    #[arg(long)]
    list: bool,
    /// Faults to run and bugs to plant, all by default.
    names: Vec<String>,
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    if arguments.list {
        fault::all().iter().for_each(|fault| println!("fault  {:30} {}", fault.name, fault.about));
        bugs::ALL.iter().for_each(|bug| println!("bug    {:30} {} ({})", bug.name, bug.about, bug.fault));
        return ExitCode::SUCCESS;
    }
    let unknown: Vec<&String> = arguments
        .names
        .iter()
        .filter(|name| fault::find(name).is_none() && bugs::find(name).is_none())
        .collect();
    if !unknown.is_empty() {
        println!("neither a fault nor a bug: {unknown:?}; see --list");
        return ExitCode::FAILURE;
    }
    let seed = arguments.seed.unwrap_or_else(|| {
        // Any number does; it is printed.
        SystemTime::now().duration_since(UNIX_EPOCH).map_or(1, |since| since.as_secs() % 100_000)
    });
    let is_chosen = |name: &str| arguments.names.is_empty() || arguments.names.iter().any(|one| one == name);
    println!("seed {seed}; repeat with --seed {seed}");
    let mut bad = 0;
    for fault in fault::all().into_iter().filter(|fault| is_chosen(fault.name)) {
        bad += usize::from(!strike(fault, seed).await);
    }
    for bug in bugs::ALL.into_iter().filter(|bug| is_chosen(bug.name)) {
        bad += usize::from(!plant(bug, seed).await);
    }
    println!("{}", if bad == 0 { "all good".to_owned() } else { format!("{bad} bad") });
    if bad == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// A panic of a run is one more way not to end well.
async fn caught<T: Send + 'static>(run: impl Future<Output = Result<T>> + Send + 'static) -> Result<T> {
    tokio::spawn(run).await.unwrap_or_else(|panic| Err(panic.into()))
}

async fn strike(fault: Fault, seed: u64) -> bool {
    if let Some(why) = (fault.unless)() {
        println!("{:30} SKIPPED: {why}", fault.name);
        return true;
    }
    match caught(async move { run::run(&fault, (fault.setup)(), seed).await }).await {
        Ok(report) => {
            println!("{}", row(fault.name, &report, if report.is_good() { "good" } else { "BROKEN" }));
            if !report.is_good() {
                println!("{report}");
            }
            report.is_good()
        }
        Err(error) => {
            println!("{:30} could not be run: {error:#}", fault.name);
            false
        }
    }
}

/// A bug may need luck to be met, so it gets some more seeds; a fault alone never does.
async fn plant(bug: Bug, seed: u64) -> bool {
    for seed in seed..seed + TRIES {
        match caught(async move { bugs::plant(&bug, seed).await }).await {
            Ok(seen) if seen.is_seen && seen.was_at_work => {
                println!("{}", row(bug.name, &seen.report, &format!("RED: {}", bug.promise)));
                return true;
            }
            Ok(seen) => {
                let at_work = if seen.was_at_work { "at work, but not seen" } else { "never at work" };
                println!("{}", row(bug.name, &seen.report, at_work));
                println!("{}", seen.report);
            }
            Err(error) => println!("{:30} could not be run: {error:#}", bug.name),
        }
    }
    false
}

fn row(name: &str, report: &Report, verdict: &str) -> String {
    format!(
        "{name:30} seed {:<6} acked {:<5} rejected {:<4} unknown {:<4} pages {:<4} {:3} s  {verdict}  [{}]",
        report.seed,
        report.acked,
        report.rejected,
        report.unknown,
        report.pages,
        report.took.as_secs(),
        report.happened(),
    )
}
