//! `rookery events check`: whether this version of the code can fold the whole log.

mod findings;
mod rules;

use std::io::IsTerminal;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Instant;

use anyhow::{Result, bail};
use event_store::{Decoded, Dropped, EventLog, RecordedEvent, decode};
use reducers::feeds::Feeds;
use reducers::history::History;
use reducers::social::Social;
use reducers::{Fold, KnownEvent};
use service_kit::Chain;

use self::findings::{Finding, Findings};
use self::rules::Rules;
use super::count::type_of;
use super::filter::{Range, each_batch};

/// Fold the whole log with this version of the code, and write nothing
///
/// Run it with a new version before that is deployed, and with an old one before going back to it. Every event is
/// decoded, in its old version too; the folds of all projections run over all of them; and histories are held against
/// the rules of the domain. Exits with 1 if an event cannot be folded or breaks a rule. Types that are not Rookery's
/// are counted and passed over, as the reducers do, and so are events that were given up.
///
/// Memory grows with accounts, handles, and messages that were edited or deleted: about 100 bytes each.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Findings to show of each kind
    #[arg(long, value_name = "NUMBER", default_value_t = 20)]
    show: usize,
    /// One JSON object also on a terminal
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(log: &dyn EventLog, arguments: &Arguments) -> Result<()> {
    let began = Instant::now();
    let folds: [Box<dyn Fold>; 3] = [Box::new(Social), Box::new(Feeds::default()), Box::new(History)];
    let mut rules = Rules::new(log.shard());
    let mut findings = Findings::new(arguments.show);
    let span = Range::default().span(log).await?;
    let mut dropped = Vec::new();
    for fold in &folds {
        dropped.push(Dropped::read(log, fold.name()).await?);
    }
    // One projection alone may still have to take it.
    let is_dropped =
        |event: &&RecordedEvent| dropped.iter().all(|dropped| dropped.by(event.position).is_some());
    each_batch(log, span, |events| {
        for event in events.iter().filter(|event| !is_dropped(event)) {
            look_at(event, &mut rules, &mut findings);
        }
        for (fold, dropped) in folds.iter().zip(&dropped) {
            for batch in events.chunks(fold.batch_max()) {
                find_panics(&**fold, batch, dropped, &mut findings);
            }
        }
        Ok(())
    })
    .await?;
    let as_json = arguments.json || !std::io::stdout().is_terminal();
    findings.print(as_json, span.last, began.elapsed())?;
    match findings.problems() {
        0 => Ok(()),
        1 => bail!("one event cannot be folded or breaks a rule"),
        problems => bail!("{problems} events cannot be folded or break a rule"),
    }
}

fn look_at(event: &RecordedEvent, rules: &mut Rules, findings: &mut Findings) {
    match decode(event) {
        Ok(Decoded::Known(known)) => {
            findings.counted(type_of(event));
            if let Err(broken) = rules.apply(event, &known) {
                findings.against_rules(Finding::new(event, broken));
            }
        }
        Ok(Decoded::UnknownType(name)) => findings.of_unknown_type(name),
        Err(error) => findings.unfoldable(Finding::new(event, Chain(&error).to_string())),
    }
}

/// Those that reach a fold: the others are parked, or passed over.
fn known(events: &[RecordedEvent], dropped: &Dropped) -> Vec<KnownEvent> {
    let known = |recorded: &RecordedEvent| match decode(recorded) {
        Ok(Decoded::Known(event)) => {
            Some(KnownEvent { position: recorded.position, recorded_at: recorded.recorded_at, event })
        }
        Ok(Decoded::UnknownType(_)) | Err(_) => None,
    };
    events.iter().filter(|event| dropped.by(event.position).is_none()).filter_map(known).collect()
}

/// A fold must not panic on any event. One that does is given fewer events, until a single one makes it panic, or none
/// does alone.
fn find_panics(fold: &dyn Fold, events: &[RecordedEvent], dropped: &Dropped, findings: &mut Findings) {
    if catch_unwind(AssertUnwindSafe(|| drop(fold.fold(known(events, dropped))))).is_ok() {
        return;
    }
    match events {
        [] => {}
        [event] => {
            findings.unfoldable(Finding::new(event, format!("the fold of {} panics on it", fold.name())));
        }
        several => {
            let before = findings.problems();
            let (first, second) = several.split_at(several.len() / 2);
            find_panics(fold, first, dropped, findings);
            find_panics(fold, second, dropped, findings);
            if findings.problems() == before {
                let why = format!(
                    "the fold of {} panics on the {} events from here on",
                    fold.name(),
                    several.len()
                );
                findings.unfoldable(Finding::new(&several[0], why));
            }
        }
    }
}
