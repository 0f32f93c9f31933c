//! One run: load, a fault, rest, and the judgement.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use anyhow::Result;

use crate::check::{self, Broken, Watched};
use crate::fault::Fault;
use crate::followers::Followers;
use crate::load::Load;
use crate::readers::Readers;
use crate::record::{Operation, Outcome};
use crate::system::Setup;

/// Acked before the fault begins, so that it meets a system in full swing.
const WARM_UP: usize = 60;
/// Acked after it, so that recovery is seen by clients as well.
const AFTERMATH: usize = 40;

#[derive(Debug)]
pub struct Report {
    pub fault: &'static str,
    pub seed: u64,
    pub acked: usize,
    pub rejected: usize,
    pub unknown: usize,
    /// Answers that said no, by code.
    pub refusals: BTreeMap<String, usize>,
    pub pages: usize,
    pub happened: Vec<(&'static str, usize)>,
    pub took: Duration,
    pub broken: Vec<Broken>,
    /// All that the services printed.
    pub output: String,
}

impl Report {
    pub fn is_good(&self) -> bool {
        self.broken.is_empty()
    }

    pub fn happened(&self) -> String {
        let words: Vec<String> =
            self.happened.iter().map(|(what, count)| format!("{count} {what}")).collect();
        words.join(", ")
    }
}

impl std::fmt::Display for Report {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(
            f,
            "{} (seed {}): {} acked, {} rejected, {} unknown, {} pages; {}",
            self.fault,
            self.seed,
            self.acked,
            self.rejected,
            self.unknown,
            self.pages,
            self.happened()
        )?;
        writeln!(f, "  refusals: {:?}", self.refusals)?;
        self.broken.iter().try_for_each(|broken| writeln!(f, "  BROKEN: {broken}"))
    }
}

/// Runs one fault.
pub async fn run(fault: &Fault, setup: Setup, seed: u64) -> Result<Report> {
    let began = Instant::now();
    let mut system = (fault.start)(setup).await?;
    system.ready().await;
    system.watch_checkpoints().await?;
    let urls = system.dispatchers.iter().map(|service| service.url.clone()).collect();
    let load = Load::start(urls, seed).await;
    let readers = Readers::start(&load.world, &system.query_api.url, seed);
    let followers = Followers::start(&system, load.world.people[0], seed);
    load.acked(WARM_UP).await;
    let happened = (fault.strike)(&mut system, &load, seed).await;
    let mut happened = match happened {
        Ok(happened) => {
            if fault.has_aftermath {
                load.acked(AFTERMATH).await;
            }
            happened
        }
        Err(error) => {
            load.world.stop();
            return Err(error);
        }
    };
    let world = load.finish().await;
    let operations = world.record.all();
    let sightings = readers.finish().await;
    let mut broken = Vec::new();
    if let Some(followers) = &followers {
        let [relay, stream] = followers.resumed();
        happened = happened.and("consumers that came again", relay).and("readers of streams", stream);
    }
    let delivered = match system.deliveries.take() {
        Some(deliveries) => Some(deliveries.finish().await?),
        None => None,
    };
    if let Some(delivered) = &delivered {
        happened = happened
            .and("tries that failed", delivered.failed())
            .and("events parked", delivered.parked())
            .and("events done again", delivered.again());
    }
    let did_not_happen: Vec<String> =
        happened.counts.iter().filter(|(_, count)| *count == 0).map(|(what, _)| (*what).to_owned()).collect();
    if !did_not_happen.is_empty() {
        broken.push(Broken { promise: "the fault happened", words: did_not_happen });
    }
    broken.extend(happened.broken);
    broken.extend(check::lag_returns_to_zero(&system).await?);
    let followed = match followers {
        Some(followers) => Some(check::followed(&system, followers, world.moderated()).await?),
        None => None,
    };
    let windows = happened.windows.as_ref();
    let watched = Watched {
        operations: &operations,
        sightings: &sightings,
        followed: followed.as_ref(),
        windows,
        delivered: delivered.as_ref(),
    };
    broken.extend(check::all(&system, &watched, &happened.allowed).await?);
    let runners = windows.map_or("", |windows| &windows.output);
    let of_deliveries = delivered.as_ref().map_or("", |delivered| &delivered.output);
    let others = [runners, of_deliveries].map(str::to_owned);
    let output = system.services().map(crate::system::service::Service::output).chain(others).collect();
    Ok(Report {
        fault: fault.name,
        seed,
        pages: sightings.walks.iter().map(Vec::len).sum(),
        happened: happened.counts,
        took: began.elapsed(),
        broken,
        output,
        ..counted(&operations)
    })
}

fn counted(operations: &[Operation]) -> Report {
    let mut refusals = BTreeMap::new();
    let tries = operations.iter().flat_map(|operation| &operation.tries);
    for one in tries {
        let code = match &one.outcome {
            Outcome::Acked(_) => continue,
            Outcome::Rejected { code, .. } => code.clone(),
            Outcome::Unknown(_) => "(unknown)".to_owned(),
        };
        *refusals.entry(code).or_default() += 1;
    }
    let acked = operations.iter().filter(|operation| operation.ack().is_some()).count();
    let unknown = operations.iter().filter(|operation| operation.is_unknown()).count();
    Report {
        fault: "",
        seed: 0,
        acked,
        unknown,
        rejected: operations.len() - acked - unknown,
        refusals,
        pages: 0,
        happened: Vec::new(),
        took: Duration::ZERO,
        broken: Vec::new(),
        output: String::new(),
    }
}
