//! What a check found, and how it is printed.

use std::collections::BTreeMap;
use std::io::Write;
use std::time::Duration;

use anyhow::Result;
use event_store::RecordedEvent;
use serde::Serialize;

use super::super::count::type_of;
use super::super::print::harmless;

/// An event, and what is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Finding {
    position: String,
    subject: String,
    #[serde(rename = "type")]
    event_type: String,
    reason: String,
}

impl Finding {
    pub(super) fn new(event: &RecordedEvent, reason: impl Into<String>) -> Self {
        Self {
            position: event.position.to_string(),
            subject: event.subject.clone(),
            event_type: type_of(event),
            reason: reason.into(),
        }
    }
}

/// The first ones of a kind, and how many there are.
#[derive(Debug, Default, Serialize)]
struct Kind {
    events: u64,
    first: Vec<Finding>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Findings {
    types: BTreeMap<String, u64>,
    unknown_types: BTreeMap<String, u64>,
    unfoldable: Kind,
    against_rules: Kind,
    #[serde(skip)]
    shown: usize,
}

impl Kind {
    fn add(&mut self, finding: Finding, shown: usize) {
        self.events += 1;
        if self.first.len() < shown {
            self.first.push(finding);
        }
    }
}

impl Findings {
    pub(super) fn new(shown: usize) -> Self {
        let (types, unknown_types) = (BTreeMap::new(), BTreeMap::new());
        Self { types, unknown_types, unfoldable: Kind::default(), against_rules: Kind::default(), shown }
    }

    pub(super) fn counted(&mut self, event_type: String) {
        *self.types.entry(event_type).or_default() += 1;
    }

    pub(super) fn of_unknown_type(&mut self, event_type: String) {
        *self.unknown_types.entry(event_type).or_default() += 1;
    }

    pub(super) fn unfoldable(&mut self, finding: Finding) {
        self.unfoldable.add(finding, self.shown);
    }

    pub(super) fn against_rules(&mut self, finding: Finding) {
        self.against_rules.add(finding, self.shown);
    }

    pub(super) fn problems(&self) -> u64 {
        self.unfoldable.events + self.against_rules.events
    }

    pub(super) fn print(&self, as_json: bool, events: u64, took: Duration) -> Result<()> {
        let mut out = std::io::stdout().lock();
        if as_json {
            return Ok(writeln!(out, "{}", serde_json::to_string(self)?)?);
        }
        for (name, number) in &self.types {
            writeln!(out, "{number:>12}  {name}")?;
        }
        for (name, number) in &self.unknown_types {
            writeln!(out, "{number:>12}  {} (not ours: passed over)", harmless(name))?;
        }
        for (words, kind) in
            [("cannot be folded", &self.unfoldable), ("against the rules", &self.against_rules)]
        {
            if kind.events > 0 {
                writeln!(out, "{:>12}  {words}:", kind.events)?;
            }
            for Finding { position, subject, event_type, reason } in &kind.first {
                writeln!(out, "  {}", harmless(&format!("{position}  {event_type}  {subject}  {reason}")))?;
            }
        }
        #[expect(clippy::cast_precision_loss, reason = "a rate for people")]
        let rate = events as f64 / took.as_secs_f64().max(0.001);
        Ok(writeln!(out, "{events} events in {:.1} s, {rate:.0} per second.", took.as_secs_f64())?)
    }
}
