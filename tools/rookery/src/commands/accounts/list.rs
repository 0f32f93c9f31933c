//! `rookery accounts list`: whoever has a role or is restricted.

use std::collections::BTreeMap;
use std::io::Write;

use anyhow::{Context, Result};
use domain::moderation::Moderation;
use domain::{AccountId, Event, Sequence};
use event_store::{EventLog, Subject, known};

use super::show;
use crate::connections;
use crate::data_dir::DataDirArgument;
use crate::progress;

/// Events that are looked at together.
const BATCH: usize = 1_000;

pub(super) async fn run(data: &DataDirArgument) -> Result<()> {
    let log = connections::open_log(data).await?;
    let mut out = std::io::stdout().lock();
    for (account, now) in read(&*log).await? {
        if now != Moderation::default() {
            writeln!(out, "{}", show::line(account, &now))?;
        }
    }
    Ok(())
}

/// The last decision about each account says all that holds.
async fn read(log: &dyn EventLog) -> Result<BTreeMap<AccountId, Moderation>> {
    let (mut decided, head) = (BTreeMap::new(), log.head().await?);
    let bar = progress::of_events("reading", head.get());
    let mut tail = log.tail(Sequence::ZERO).await?;
    let mut next = 0;
    while next < head.get() {
        let events = tail.next_batch(BATCH).await.context("the log's tail ended")??;
        for event in events.iter().filter(|event| Subject::is_of_decisions(&event.subject)) {
            if let Some(Event::Moderation(event)) = known(event) {
                decided.insert(event.account(), Moderation::after(&event));
            }
        }
        next += events.len() as u64;
        bar.inc(events.len() as u64);
    }
    bar.finish_and_clear();
    Ok(decided)
}
