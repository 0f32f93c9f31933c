//! The windows of jobs: the ledger with every write to it, and what the runs wrote down themselves.

pub mod notes;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use serde_json::Value;

use self::notes::{Gone, Note};
use super::disclosed::Disclosed;
use super::log::{Entry, micros};
use super::trail::{NOBODY, Write, end_of, last_writes};

/// Timestamps of the broker are of its own clock, and a lease is counted by another one.
const SLACK: i64 = 50_000;

/// The one reads the log, the other one the data set.
pub const READS_LOG: &str = "log";
pub const READS_DATA_SET: &str = "digest";
pub const NAMES: [&str; 2] = [READS_LOG, READS_DATA_SET];

/// All that there is to know of the windows of a run.
#[derive(Debug, Clone)]
pub struct Windows {
    /// By job, what `rookery jobs history` says.
    pub history: Vec<(&'static str, Vec<Value>)>,
    pub trail: Vec<Write>,
    pub notes: Vec<Note>,
    pub gone: Vec<Gone>,
    /// Windows that end then, in seconds since 1970, have to be over.
    pub meant: Range<i64>,
    /// Seconds that the clock which is furthest ahead is before the machine's.
    pub ahead: i64,
    /// What the runners printed.
    pub output: String,
}

pub(super) fn all(windows: &Windows, entries: &[Entry]) -> [(&'static str, Vec<String>); 5] {
    let Windows { history, trail, notes, gone, meant, ahead, .. } = windows;
    let mut once: Vec<String> = history.iter().flat_map(|(job, lines)| shown(job, lines, meant)).collect();
    once.extend(succeeds_once(trail, notes));
    let mut last = last_writes(trail);
    last.retain(|write| end_of(write).is_some_and(|end| meant.contains(&end)));
    let mut one_by_one = held_by_one(trail);
    one_by_one.extend(run_by_one(notes, gone));
    [
        ("each window succeeds once", once),
        ("no window runs before it is over", in_time(trail, *ahead)),
        ("windows adjoin without gap or overlap", adjoin(&last)),
        ("windows of a job run one after the other", one_by_one),
        ("what a run saw is what the log has", saw(notes, trail, entries)),
    ]
}

/// Windows that people are shown: each of them is over, and well.
fn shown(job: &str, lines: &[Value], meant: &Range<i64>) -> Vec<String> {
    let is_meant = |line: &&Value| {
        line["end"].as_str().and_then(micros).is_some_and(|end| meant.contains(&(end / 1_000_000)))
    };
    let is_well =
        |line: &Value| line["state"] == "succeeded" || (job == READS_DATA_SET && line["state"] == "skipped");
    lines.iter().filter(is_meant).filter(|line| !is_well(line)).map(|line| format!("{job}: {line}")).collect()
}

/// By the clock that is furthest ahead: one that jumped for a moment was never believed.
fn in_time(trail: &[Write], ahead: i64) -> Vec<String> {
    let now = |write: &Write| write.at / 1_000_000 + ahead;
    let early = trail.iter().filter(|write| end_of(write).is_none_or(|end| end > now(write)));
    early.map(|write| format!("{} at {}", write.entry, write.at)).collect()
}

/// What is over stays as it is, all tries are told the same, who was taken over changes nothing more, and a success is
/// that of a run.
fn succeeds_once(trail: &[Write], notes: &[Note]) -> Vec<String> {
    let mut found = Vec::new();
    let mut known: BTreeMap<&str, (&Write, BTreeSet<&str>)> = BTreeMap::new();
    for write in trail {
        let claim = write.text("claim");
        if let Some((before, earlier)) = known.get(&*write.key) {
            let told = |write: &Write| (write.number("from"), write.number("to"));
            if before.text("state") != "running" {
                found.push(format!(
                    "{} is written after its end: {} behind {}",
                    write.key, write.entry, before.entry
                ));
            }
            if told(before) != told(write) {
                found.push(format!("{} went from {:?} to {:?}", write.key, told(before), told(write)));
            }
            if claim != NOBODY && earlier.contains(claim) && before.text("claim") != claim {
                found.push(format!("{} was written by one who was taken over: {}", write.key, write.entry));
            }
        }
        let (before, earlier) = known.entry(&write.key).or_insert((write, BTreeSet::new()));
        *before = write;
        earlier.insert(claim);
        if write.text("state") == "succeeded" && !notes.iter().any(|note| is_of(note, write)) {
            found.push(format!("{} succeeded without a run that came to its end", write.key));
        }
    }
    found
}

/// The run that a success tells of.
fn is_of(note: &Note, write: &Write) -> bool {
    let run = &note.run;
    note.ended.is_some()
        && run.key == write.key
        && i64::from(run.number) == write.number("tries")
        && (run.from, run.to) == (write.number("from"), write.number("to"))
}

fn adjoin(last: &[&Write]) -> Vec<String> {
    let mut found = Vec::new();
    for job in NAMES {
        let mut windows: Vec<&&Write> = last.iter().filter(|write| write.job() == job).collect();
        windows.sort_by_key(|write| end_of(write));
        for pair in windows.windows(2) {
            let [one, next] = pair else { continue };
            if one.text("end") != next.text("start") {
                found.push(format!(
                    "{job}: {} ends at {}, then comes {}",
                    one.key,
                    one.text("end"),
                    next.key
                ));
            }
            if one.number("to") != next.number("from") {
                let (to, from) = (one.number("to"), next.number("from"));
                found.push(format!("{job}: {} goes to {to}, {} from {from}", one.key, next.key));
            }
        }
        if windows.is_empty() {
            found.push(format!("{job} has no window"));
        }
    }
    found
}

/// Nobody takes a window over before its lease is over, and no try begins while a try of another window is somebody's.
fn held_by_one(trail: &[Write]) -> Vec<String> {
    let mut found = Vec::new();
    let mut last: BTreeMap<&str, &Write> = BTreeMap::new();
    for write in trail.iter() {
        let before = last.insert(&write.key, write);
        let is_alive = |other: &&&Write| {
            let lease = other.number("lease_seconds") * 1_000_000 - SLACK;
            other.is_held() && write.at - other.at < lease
        };
        let taken =
            before.as_ref().filter(|before| write.is_held() && before.text("claim") != write.text("claim"));
        found.extend(
            taken
                .filter(is_alive)
                .map(|before| format!("{} is taken over from {}", write.entry, before.entry)),
        );
        let begins =
            write.is_held() && write.number("tries") > before.map_or(0, |before| before.number("tries"));
        let others =
            last.values().filter(|other| begins && other.job() == write.job() && other.key != write.key);
        let under_way = others.filter(is_alive).filter(|other| other.number("tries") > 0);
        found.extend(under_way.map(|other| format!("{} begins while {} runs", write.entry, other.entry)));
    }
    found
}

/// No run begins while another one of the job is under way, whose runner is there.
fn run_by_one(notes: &[Note], gone: &[Gone]) -> Vec<String> {
    let mut found = Vec::new();
    for note in notes {
        let began = note.run.began;
        let under_way = notes.iter().filter(|other| {
            let ended = other.ended.as_ref().map_or(0, |ended| ended.at);
            let is_nobodys = gone
                .iter()
                .any(|gone| gone.runner == other.run.runner && (other.run.began..=began).contains(&gone.at));
            other.run.job == note.run.job && other.run.began < began && began < ended && !is_nobodys
        });
        found.extend(under_way.map(|other| format!("{:?} begins during {:?}", note.run, other.run)));
    }
    found
}

/// Each run was told what the ledger says, saw all events between its positions that it may see, and no others; and the
/// data set was there if it reads that.
fn saw(notes: &[Note], trail: &[Write], entries: &[Entry]) -> Vec<String> {
    let disclosed = Disclosed::of(entries);
    let mut found = Vec::new();
    for note in notes {
        let run = &note.run;
        let told = |write: &&Write| {
            write.key == run.key && (write.number("from"), write.number("to")) == (run.from, run.to)
        };
        if !trail.iter().any(|write| told(&write)) {
            found.push(format!("the ledger knows nothing of {run:?}"));
        }
        let Some(ended) = &note.ended else { continue };
        if run.job == READS_DATA_SET && ended.data_position < run.to {
            found.push(format!("{run:?} began when the data set was at {}", ended.data_position));
        }
        let between = |position: i64| run.from < position && position <= run.to;
        let seen: BTreeSet<i64> = ended.seen.iter().copied().collect();
        let due = entries.iter().filter(|entry| between(entry.position) && disclosed.is_due(entry));
        let lost: Vec<i64> = due.map(|entry| entry.position).filter(|at| !seen.contains(at)).collect();
        let is_public =
            |at: &i64| disclosed.by_position.get(at).is_some_and(|entry| Disclosed::is_public(entry));
        let foreign: Vec<&i64> = seen.iter().filter(|at| !between(**at) || !is_public(at)).collect();
        if !lost.is_empty() || !foreign.is_empty() || seen.len() != ended.seen.len() {
            found.push(format!("{run:?} did not see {lost:?}, and saw {foreign:?}, or something twice"));
        }
    }
    found
}
