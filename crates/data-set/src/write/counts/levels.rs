//! From coarse to fine: a period's count is written, and tells whether the counts of its parts are to be written too.
//!
//! ```text
//!  before \ after   split                     not split
//!  split            change its parts          remove its parts
//!  not split        count its parts           –
//! ```
//!
//! Parts are counted from the rows, which the transaction has written by now.

use std::collections::HashSet;

use postgres_kit::Connection;

use super::keys::{ANYBODY, Change, Delta, Period, TagNumber};
use super::statements::{self, Answer};
use crate::granularity::Granularity;
use crate::write::error::WriteError;

/// The number of the empty tag, the first in order.
const ANY: TagNumber = 0;

pub(super) struct Levels<'a> {
    tags: &'a [String],
}

/// What became of periods of one granularity.
#[derive(Debug, Default)]
struct Outcome {
    stays_split: HashSet<Period>,
    split: Vec<Period>,
    merged: Vec<Period>,
}

/// The period of a granularity that decides whether parts of it are folded for a delta.
fn period_of(delta: &Delta, granularity: Granularity) -> Period {
    let tag = if delta.author == ANYBODY { delta.tag } else { ANY };
    (delta.author, tag, granularity.begin(delta.minute))
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
        let mut level = Some(Granularity::All);
        while let Some(granularity) = level {
            let outcome = self.change(connection, granularity, &changes(&deltas, granularity)).await?;
            new_parts = self.split(connection, granularity, &new_parts).await?;
            statements::merge(connection, self.tags, granularity, &outcome.merged).await?;
            deltas.retain(|delta| outcome.stays_split.contains(&period_of(delta, granularity)));
            new_parts.extend(outcome.split);
            deltas.splice(0..0, of_tags.take().unwrap_or_default());
            level = granularity.finer();
        }
        Ok(())
    }

    async fn change(
        &self,
        connection: &mut Connection,
        granularity: Granularity,
        changes: &[Change],
    ) -> Result<Outcome, WriteError> {
        let (more, fewer): (Vec<Change>, Vec<Change>) =
            changes.iter().partition(|change| change.messages > 0);
        let mut answers = statements::add(connection, self.tags, granularity, &more).await?;
        answers.extend(statements::take(connection, self.tags, granularity, &fewer).await?);
        let mut outcome = Outcome::default();
        for Answer { period, before, after, split_from } in answers {
            match (before >= split_from, after >= split_from) {
                (true, true) => drop(outcome.stays_split.insert(period)),
                (false, true) => outcome.split.push(period),
                (true, false) => outcome.merged.push(period),
                (false, false) => {}
            }
        }
        Ok(outcome)
    }

    /// Counts the parts, of the given granularity, of periods that have just become split; answers those that are so,
    /// too.
    async fn split(
        &self,
        connection: &mut Connection,
        granularity: Granularity,
        periods: &[Period],
    ) -> Result<Vec<Period>, WriteError> {
        let Some(parent) = granularity.coarser() else { return Ok(Vec::new()) };
        statements::split(connection, self.tags, parent, granularity, periods).await
    }
}

/// The deltas summed up by periods of a granularity, in the order of the key. Where only some tags of an author change,
/// the count of any tag is asked for by a change of zero.
fn changes(deltas: &[Delta], granularity: Granularity) -> Vec<Change> {
    let mut changes = Vec::with_capacity(deltas.len());
    for delta in deltas {
        let (author, tag, starts_at) = period_of(delta, granularity);
        if tag != delta.tag {
            changes.push(Change { author, tag, starts_at, messages: 0 });
        }
        // Of all time there is only the author's count of any tag.
        if tag == delta.tag || granularity != Granularity::All {
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
