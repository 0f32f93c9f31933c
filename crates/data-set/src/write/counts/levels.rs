//! From coarse to fine: a period's count is written, and tells whether the counts of its parts are to be written too.
//!
//! ```text
//!  before \ after     divided                   not divided
//!  divided            change its parts          remove its parts
//!  not divided        count its parts anew      –
//! ```
//!
//! Parts are counted anew from the rows, which the transaction has written by now.

use std::collections::HashSet;

use postgres_kit::Connection;

use super::statements::{self, Answer, Change};
use super::{ANYBODY, Delta, TagNumber};
use crate::grain::Grain;
use crate::write::WriteError;

/// The number of the empty tag, the first in order.
const ANY: TagNumber = 0;

/// A period of a tag (by anybody) or of an author (with any tag).
pub(super) type Period = (i64, TagNumber, i64);

pub(super) struct Levels<'a> {
    tags: &'a [String],
}

/// What became of periods of one grain.
#[derive(Debug, Default)]
struct Outcome {
    stays_divided: HashSet<Period>,
    divided: Vec<Period>,
    united: Vec<Period>,
}

/// The period of a grain that decides whether parts of it are folded for a delta.
fn period_of(delta: &Delta, grain: Grain) -> Period {
    let tag = if delta.author == ANYBODY { delta.tag } else { ANY };
    (delta.author, tag, grain.begin(delta.minute))
}

impl<'a> Levels<'a> {
    pub(super) fn new(tags: &'a [String]) -> Self {
        Self { tags }
    }

    pub(super) async fn write(
        &self,
        connection: &mut Connection,
        of_authors: Vec<Delta>,
        of_tags: Vec<Delta>,
    ) -> Result<(), WriteError> {
        let mut deltas = of_authors;
        let mut new_parts = Vec::new();
        // Tags begin one level further down than authors.
        let mut of_tags = Some(of_tags);
        let mut level = Some(Grain::All);
        while let Some(grain) = level {
            let outcome = self.change(connection, grain, &changes(&deltas, grain)).await?;
            new_parts = self.divide(connection, grain, &new_parts).await?;
            statements::unite(connection, self.tags, grain, &outcome.united).await?;
            deltas.retain(|delta| outcome.stays_divided.contains(&period_of(delta, grain)));
            new_parts.extend(outcome.divided);
            deltas.splice(0..0, of_tags.take().unwrap_or_default());
            level = grain.finer();
        }
        Ok(())
    }

    async fn change(
        &self,
        connection: &mut Connection,
        grain: Grain,
        changes: &[Change],
    ) -> Result<Outcome, WriteError> {
        let (more, fewer): (Vec<Change>, Vec<Change>) =
            changes.iter().partition(|change| change.messages > 0);
        let mut answers = statements::add(connection, self.tags, grain, &more).await?;
        answers.extend(statements::take(connection, self.tags, grain, &fewer).await?);
        let mut outcome = Outcome::default();
        for Answer { period, before, after, divided_from } in answers {
            match (before >= divided_from, after >= divided_from) {
                (true, true) => drop(outcome.stays_divided.insert(period)),
                (false, true) => outcome.divided.push(period),
                (true, false) => outcome.united.push(period),
                (false, false) => {}
            }
        }
        Ok(outcome)
    }

    /// Counts the parts, of the given grain, of periods that have just become divided; answers those that are so, too.
    async fn divide(
        &self,
        connection: &mut Connection,
        grain: Grain,
        periods: &[Period],
    ) -> Result<Vec<Period>, WriteError> {
        let Some(parent) = grain.coarser() else { return Ok(Vec::new()) };
        statements::divide(connection, self.tags, parent, grain, periods).await
    }
}

/// The deltas summed up by periods of a grain, in the order of the key. Where only some tags of an author change, the count
/// of any tag is asked for by a change of zero.
fn changes(deltas: &[Delta], grain: Grain) -> Vec<Change> {
    let mut changes = Vec::with_capacity(deltas.len());
    for delta in deltas {
        let (author, tag, starts_at) = period_of(delta, grain);
        if tag != delta.tag {
            changes.push(Change { author, tag, starts_at, messages: 0 });
        }
        // Of all time there is only the author's count of any tag.
        if tag == delta.tag || grain != Grain::All {
            changes.push(Change { author, tag: delta.tag, starts_at, messages: delta.messages });
        }
    }
    changes.sort_unstable_by_key(Change::key);
    changes.dedup_by(|next, sum| {
        let is_same = next.key() == sum.key();
        if is_same {
            sum.messages += next.messages;
        }
        is_same
    });
    changes
}
