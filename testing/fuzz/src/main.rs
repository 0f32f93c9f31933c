//! `make fuzz`: a longer campaign than the tests make.

use std::io::Write;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use clap::Parser;
use fuzz::{Bounds, TARGETS, campaign, corpus};

/// Feed the parsers of what strangers send with mutated input
///
/// What is found is written into the corpus of its target, so that every later test runs it again.
#[derive(Debug, Parser)]
struct Arguments {
    /// Only these: cursor, envelope, import-line, query, tag, token
    targets: Vec<String>,
    /// For each target
    #[arg(long, default_value_t = 10)]
    seconds: u64,
    /// Gives the same mutants again; any unless given
    #[arg(long)]
    seed: Option<u64>,
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    for name in &arguments.targets {
        ensure!(TARGETS.iter().any(|(known, _)| known == name), "there is no target {name}");
    }
    let mut out = std::io::stdout();
    let mut failed = false;
    for target in TARGETS {
        let (name, _) = target;
        if !arguments.targets.is_empty() && !arguments.targets.iter().any(|wanted| wanted == name) {
            continue;
        }
        let seed = arguments.seed.unwrap_or_else(rand::random);
        let bounds = Bounds { mutants: u64::MAX, time: Some(Duration::from_secs(arguments.seconds)) };
        let (tried, found) = campaign(*target, seed, bounds)?;
        match found {
            None => writeln!(out, "{name}: {tried} inputs, nothing found (seed {seed})")?,
            Some(found) => {
                failed = true;
                let path = corpus(name)?
                    .first()
                    .and_then(|(path, _)| path.parent().map(|dir| dir.join(format!("found-{seed}"))));
                let path = path.context("the corpus has a folder")?;
                std::fs::write(&path, &found.input)?;
                writeln!(
                    out,
                    "{name}: {} (input {tried} of seed {seed}, kept as {})",
                    found.message,
                    path.display()
                )?;
            }
        }
    }
    if failed {
        bail!("a target does not stand some input")
    }
    Ok(())
}
