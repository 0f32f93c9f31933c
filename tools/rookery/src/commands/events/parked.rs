//! `rookery events parked`: events for which a command failed.

use std::io::Write;

use anyhow::{Context, Result, bail};
use consumers::{Choice, Durables};
use time::format_description::well_known::Rfc3339;

use super::durables;
use super::print::harmless;
use crate::data_dir::DataDirArgument;

/// Look after events for which the command of a durable failed
///
/// They have nothing to do with `rookery parked`, which is about Rookery's own folds.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Print them: a line each, with tabs between the fields
    List {
        #[command(flatten)]
        of: Of,
    },
    /// Have the command done for them again, with as many tries as at first
    ///
    /// By the process that runs, within seconds, or by the next one. Later events of the account came already.
    Retry {
        #[command(flatten)]
        of: Of,
        #[command(flatten)]
        which: Which,
    },
    /// Forget them; the log keeps them
    Drop {
        #[command(flatten)]
        of: Of,
        #[command(flatten)]
        which: Which,
    },
}

#[derive(Debug, clap::Args)]
struct Of {
    #[arg(long, value_name = "NAME")]
    durable: String,
}

#[derive(Debug, clap::Args)]
#[group(required = true, multiple = false)]
struct Which {
    /// Their positions, as `list` prints them
    #[arg(value_name = "POSITION")]
    positions: Vec<i64>,
    #[arg(long)]
    all: bool,
}

impl Which {
    fn choice(&self) -> Choice {
        if self.all { Choice::All } else { Choice::At(self.positions.clone()) }
    }
}

pub(super) async fn run(data: &DataDirArgument, arguments: &Arguments) -> Result<()> {
    let durables = durables::open(data).await?;
    let (count, which, done) = match &arguments.command {
        Command::List { of } => return list(&durables, &of.durable).await,
        Command::Retry { of, which } => {
            (durables.retry(&of.durable, &which.choice()).await?, which, "tried again")
        }
        Command::Drop { of, which } => (durables.drop(&of.durable, &which.choice()).await?, which, "dropped"),
    };
    if count == 0 && !which.all {
        bail!("no such event is parked: `rookery events parked list` says which are");
    }
    writeln!(std::io::stdout(), "{count} {done}")?;
    Ok(())
}

async fn list(durables: &Durables, name: &str) -> Result<()> {
    let durable = durables.read(name).await?.with_context(|| format!("there is no durable {name}"))?;
    let mut out = std::io::stdout().lock();
    writeln!(out, "position\taccount\ttype\ttries\tparked_at\tstate\toutcome")?;
    for parked in &durable.parked {
        let state = if parked.is_retried { "retried" } else { "parked" };
        let at = parked.parked_at.replace_nanosecond(0)?.format(&Rfc3339)?;
        let (position, account, event_type) = (parked.position, parked.account, &parked.event_type);
        let outcome = harmless(&parked.outcome);
        writeln!(out, "{position}\t{account}\t{event_type}\t{}\t{at}\t{state}\t{outcome}", parked.tries)?;
    }
    Ok(())
}
