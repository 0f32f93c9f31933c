//! What was done for each event: by the receiver of a webhook, or by commands of a durable. Both are promised the same: at least
//! once, in order per account, or parked.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::Duration;

use serde_json::Value;

use super::disclosed::Disclosed;
use super::log::Entry;
use super::trail::{NOBODY, Write};

/// Of whoever hands events over.
pub const LEASE: Duration = Duration::from_secs(2);
/// Timestamps of the broker are of its own clock, and a lease is counted by another one.
const SLACK: Duration = Duration::from_millis(50);

/// An event that was handed over.
#[derive(Debug, Clone)]
pub struct Delivery {
    pub position: i64,
    /// As it is told beside the event.
    pub id: String,
    pub event: Value,
    pub is_done: bool,
    /// What is wrong with its signature, where it has one.
    pub forgery: Option<String>,
}

/// A webhook, or a durable.
#[derive(Debug, Clone)]
pub struct Taker {
    pub name: String,
    /// What it asked for; all where that is empty.
    pub types: &'static [&'static str],
    /// Those that were done in the order in which they were.
    pub deliveries: Vec<Delivery>,
    pub parked: BTreeSet<i64>,
    /// What the system said of it last.
    pub state: String,
    /// Nothing was left to do in the end.
    pub is_at_rest: bool,
}

#[derive(Debug, Clone)]
pub struct Delivered {
    pub takers: Vec<Taker>,
    /// Every write to an entry that somebody claims, in the order of its bucket.
    pub trail: Vec<Write>,
    /// What all processes printed that handed over.
    pub output: String,
}

impl Delivered {
    /// Deliveries of events that were done before.
    pub fn again(&self) -> usize {
        let of_taker = |taker: &Taker| {
            let done = taker.deliveries.iter().filter(|delivery| delivery.is_done);
            let (mut count, mut known) = (0, BTreeSet::new());
            done.for_each(|delivery| count += usize::from(!known.insert(delivery.position)));
            count
        };
        self.takers.iter().map(of_taker).sum()
    }

    pub fn failed(&self) -> usize {
        let deliveries = self.takers.iter().flat_map(|taker| &taker.deliveries);
        deliveries.filter(|delivery| !delivery.is_done).count()
    }

    pub fn parked(&self) -> usize {
        self.takers.iter().map(|taker| taker.parked.len()).sum()
    }
}

pub(super) fn all(delivered: &Delivered, entries: &[Entry]) -> [(&'static str, Vec<String>); 5] {
    let disclosed = Disclosed::of(entries);
    let each = |check: fn(&Taker, &Disclosed<'_>, &[Entry]) -> Vec<String>| {
        let of_taker = |taker: &Taker| -> Vec<String> {
            let words = check(taker, &disclosed, entries).into_iter();
            words.map(|words| format!("{}: {words}", taker.name)).collect()
        };
        delivered.takers.iter().flat_map(of_taker).collect()
    };
    [
        ("each event is done at least once, or parked", each(done)),
        ("events of an account are done in order", each(in_order)),
        ("nothing private is handed on", each(private)),
        ("what is sent is signed", each(signed)),
        ("a position is one process's at a time", held_by_one(&delivered.trail)),
    ]
}

fn done(taker: &Taker, disclosed: &Disclosed<'_>, entries: &[Entry]) -> Vec<String> {
    let tried: BTreeSet<i64> = taker.deliveries.iter().map(|delivery| delivery.position).collect();
    let of_done = taker.deliveries.iter().filter(|delivery| delivery.is_done);
    let done: BTreeSet<i64> = of_done.map(|delivery| delivery.position).collect();
    let is_due = |entry: &&Entry| disclosed.is_due(entry) && taker.takes(entry);
    let is_missing =
        |entry: &&Entry| !done.contains(&entry.position) && !taker.parked.contains(&entry.position);
    let missing = entries.iter().filter(is_due).filter(is_missing);
    let mut found: Vec<String> =
        missing.map(|entry| format!("{} at {} was never done", entry.kind(), entry.position)).collect();
    let untried = taker.parked.difference(&tried);
    found.extend(untried.map(|position| format!("{position} is parked and was never tried")));
    if !taker.is_at_rest {
        found.insert(0, "it does not come to rest".to_owned());
    }
    if !found.is_empty() {
        found.insert(0, format!("{} done of {} tried; {}", done.len(), tried.len(), taker.state));
    }
    found
}

/// The first time that each was done: later ones are repetitions. Words that are gone are done by whoever met them before.
fn in_order(taker: &Taker, disclosed: &Disclosed<'_>, _entries: &[Entry]) -> Vec<String> {
    let (mut found, mut known, mut last) = (Vec::new(), BTreeSet::new(), HashMap::new());
    for delivery in taker.deliveries.iter().filter(|delivery| delivery.is_done) {
        let position = delivery.position;
        let entry = disclosed.by_position.get(&position).filter(|entry| disclosed.is_due(entry));
        let Some(account) = entry.and_then(|entry| owner(entry)) else { continue };
        if taker.parked.contains(&position) || !known.insert(position) {
            continue;
        }
        let before = last.entry(account).or_insert(position);
        if position < *before {
            found.push(format!("of account {account} {position} was done behind {before}"));
        }
        *before = position.max(*before);
    }
    found
}

/// With whose events an event has an order.
fn owner(entry: &Entry) -> Option<i64> {
    match entry.kind() {
        "message.posted" | "message.edited" | "message.deleted" => entry.number("author"),
        "account.followed" | "account.unfollowed" => entry.number("follower"),
        _ => entry.number("account"),
    }
}

/// Nor anything that was not asked for, or by another id.
fn private(taker: &Taker, disclosed: &Disclosed<'_>, _entries: &[Entry]) -> Vec<String> {
    let fault = |delivery: &Delivery| {
        let fault = disclosed.fault(delivery.position, &delivery.event);
        let entry = disclosed.by_position.get(&delivery.position);
        let is_it = entry.is_some_and(|entry| {
            let is_id = delivery.id == entry.id && delivery.event["id"] == entry.id.as_str();
            is_id && delivery.event["position"] == entry.position.to_string().as_str() && taker.takes(entry)
        });
        let other = (!is_it).then(|| format!("{} is not {entry:?}, or was not asked for", delivery.id));
        Some(format!("at {}: {}", delivery.position, fault.or(other)?))
    };
    taker.deliveries.iter().filter_map(fault).collect()
}

fn signed(taker: &Taker, _disclosed: &Disclosed<'_>, _entries: &[Entry]) -> Vec<String> {
    let forged = taker.deliveries.iter().filter_map(|delivery| {
        let why = delivery.forgery.as_ref()?;
        Some(format!("{}: {why}", delivery.position))
    });
    forged.collect()
}

/// Nobody takes over from one who lives, and who was taken over writes nothing more.
fn held_by_one(trail: &[Write]) -> Vec<String> {
    let lease = i64::try_from((LEASE - SLACK).as_micros()).unwrap_or(i64::MAX);
    let mut found = Vec::new();
    let mut known: BTreeMap<&str, (&Write, BTreeSet<&str>)> = BTreeMap::new();
    for write in trail {
        let claim = write.text("claim");
        let (before, earlier) = known.entry(&write.key).or_insert((write, BTreeSet::new()));
        let (was, age) = (before.text("claim"), write.at - before.at);
        if claim != was && claim != NOBODY {
            if earlier.contains(claim) {
                found.push(format!("{} is written by one who was taken over: {}", write.key, write.entry));
            } else if was != NOBODY && age < lease {
                found.push(format!("{} is taken over {age} µs behind {}", write.key, before.entry));
            }
        }
        earlier.insert(claim);
        *before = write;
    }
    found
}

impl Taker {
    fn takes(&self, entry: &Entry) -> bool {
        self.types.is_empty() || self.types.contains(&entry.event_type.as_str())
    }
}

#[cfg(test)]
mod tests;
