//! Benchmarks of Rookery against the limits of what it stands on.
//!
//! Starts its own servers with the durability that we ship, runs the services as processes of their own, and prints for
//! each part our figure, the limit's figure from the same run, and their ratio. Nothing here is a test: a slow machine
//! fails nothing.

mod archive;
mod bare;
mod corpus;
mod identity;
mod load;
mod machine;
mod memory_book;
mod parts;
mod processes;
mod programs;
mod report;
mod servers;
mod services;
mod stats;

use anyhow::Result;
use clap::{Parser, ValueEnum};

use crate::archive::Times;
use crate::parts::{Parts, Scale};

/// Measures Rookery and prints a table per part.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// What to measure.
    #[arg(value_enum, default_values_t = [Part::All])]
    parts: Vec<Part>,
    /// A short form for a first look: less of everything, and figures that vary more.
    #[arg(long)]
    quick: bool,
    /// Messages of the archive for `fold`, `count`, `read`, `export`, `edit` and `keys`; by default 1,000,000, with --quick
    /// 100,000.
    #[arg(long)]
    events: Option<u64>,
    /// Give the archive's messages their times in random order, instead of the order of the log.
    #[arg(long)]
    shuffled_times: bool,
    /// Give the archive's messages times that are a millisecond apart, as in the log of a busy installation, instead of
    /// spreading them over a year.
    #[arg(long, conflicts_with = "shuffled_times")]
    dense_times: bool,
    /// Also print the statements that cost Postgres most during the fold (slows it down a little).
    #[arg(long)]
    statements: bool,
    /// Take the services as they were built last.
    #[arg(long)]
    no_build: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    /// POST per second against bare JetStream publishes and a plain Postgres service.
    Post,
    /// Events folded per second against a bare insert of the same rows.
    Fold,
    /// Lists and single messages per second against the same SQL in a bare loop.
    Read,
    /// Data sets taken away, rows per second against `copy` of the same rows.
    Export,
    /// The time of a count over a year, by the size of the data.
    Count,
    /// The time from a 201 to the message's being readable, at 500 posts per second.
    Visible,
    /// What idle streams cost, and how soon 200 posts per second are with 1,000 clients.
    Stream,
    /// Events per second to a named consumer against a bare pull, and over HTTP; how soon a command that waits is answered.
    Consume,
    /// Events sent per second to a local receiver against a bare client that posts the same bodies.
    Webhooks,
    /// POST per second beside 6,000 connections of one address that take what they can get.
    Greedy,
    /// Home timelines, fan-out, likes, follows and logins.
    People,
    /// Edits per second against posts, among `--events` messages of which one in ten was edited.
    Edit,
    /// How long a dispatcher takes to read `--events` idempotency keys at its start, and their memory.
    Keys,
    /// Resident memory of each process, idle and under load.
    Memory,
    All,
}

impl Arguments {
    fn times(&self) -> Times {
        match (self.shuffled_times, self.dense_times) {
            (true, _) => Times::Shuffled,
            (false, true) => Times::Dense,
            (false, false) => Times::Year,
        }
    }

    fn has(&self, part: Part) -> bool {
        self.parts.contains(&part) || self.parts.contains(&Part::All)
    }
}

#[tokio::main]
async fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let programs = programs::Programs::find(!arguments.no_build)?;
    let mut scale = if arguments.quick { Scale::QUICK } else { Scale::FULL };
    scale.events = arguments.events.unwrap_or(scale.events);
    scale.times = arguments.times();
    let mut parts = Parts::new(programs, scale);
    report::say(&machine::describe()?);
    if arguments.has(Part::Post) {
        parts.post().await?;
    }
    if arguments.has(Part::Visible) {
        parts.visible().await?;
    }
    if arguments.has(Part::Stream) {
        parts.stream().await?;
    }
    if arguments.has(Part::Consume) {
        parts.consume().await?;
    }
    if arguments.has(Part::Webhooks) {
        parts.webhooks().await?;
    }
    if arguments.has(Part::Greedy) {
        parts.greedy().await?;
    }
    if arguments.has(Part::People) {
        parts.people().await?;
    }
    if arguments.has(Part::Edit) {
        parts.edit().await?;
    }
    if arguments.has(Part::Keys) {
        parts.keys().await?;
    }
    if arguments.has(Part::Memory) {
        parts.memory().await?;
    }
    let archive = parts::ArchiveParts {
        fold: arguments.has(Part::Fold),
        count: arguments.has(Part::Count),
        read: arguments.has(Part::Read),
        export: arguments.has(Part::Export),
        statements: arguments.statements,
    };
    if archive.any() {
        parts.archive(archive).await?;
    }
    parts.finish();
    Ok(())
}
