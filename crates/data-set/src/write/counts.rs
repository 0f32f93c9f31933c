//! Folded counts: what a batch adds to and takes from them, summed up before it is written.
//!
//! Every delta belongs to a row that was inserted or deleted in the same transaction, so a count equals the number of
//! rows behind it. Which counts there are is said in migration 0012; [`levels`] keeps to it.

mod keys;
mod levels;
mod statements;

use std::collections::HashMap;

use postgres_kit::Connection;
use time::OffsetDateTime;

use self::keys::{ANY, ANYBODY, Delta, TagNumber};
use self::levels::Levels;
use crate::granularity::Granularity;
use crate::write::error::WriteError;

#[derive(Debug, Default)]
pub(super) struct Counts {
    numbers: HashMap<String, TagNumber>,
    deltas: Vec<Delta>,
}

impl Counts {
    /// A whole message: each of its tags, and any.
    pub(super) fn add(&mut self, author: i64, created_at: OffsetDateTime, tags: &[String], delta: i64) {
        self.add_tag(author, created_at, ANY, delta);
        self.add_tags(author, created_at, tags, delta);
    }

    /// Tags that a message got or lost.
    pub(super) fn add_tags(&mut self, author: i64, created_at: OffsetDateTime, tags: &[String], delta: i64) {
        for tag in tags {
            self.add_tag(author, created_at, tag, delta);
        }
    }

    fn add_tag(&mut self, author: i64, created_at: OffsetDateTime, tag: &str, delta: i64) {
        let tag = self.number_of(tag);
        let minute = Granularity::Minute.begin(created_at.unix_timestamp());
        self.deltas.push(Delta { author, tag, minute, messages: delta });
    }

    fn number_of(&mut self, tag: &str) -> TagNumber {
        if let Some(number) = self.numbers.get(tag) {
            return *number;
        }
        // A batch has at most 5,000 events of at most 8 tags.
        let number = self.numbers.len() as TagNumber;
        self.numbers.insert(tag.to_owned(), number);
        number
    }

    pub(super) async fn write(self, connection: &mut Connection) -> Result<(), WriteError> {
        if self.deltas.is_empty() {
            return Ok(());
        }
        let (tags, of_authors) = self.with_ordered_tags();
        let of_tags = net(of_authors.iter().map(|delta| Delta { author: ANYBODY, ..*delta }).collect());
        let of_authors = net(of_authors);
        Levels::new(&tags).write(connection, of_authors, of_tags).await
    }

    /// The tags in order, and the deltas with the tags' places in it for numbers: statements send their rows in the
    /// order of the key. "Any" is always there and comes first.
    fn with_ordered_tags(mut self) -> (Vec<String>, Vec<Delta>) {
        self.number_of(ANY);
        let mut named: Vec<(String, TagNumber)> = self.numbers.into_iter().collect();
        named.sort_unstable();
        let mut places = vec![0; named.len()];
        (0..).zip(&named).for_each(|(place, (_, number))| places[*number as usize] = place);
        for delta in &mut self.deltas {
            delta.tag = places[delta.tag as usize];
        }
        (named.into_iter().map(|(name, _)| name).collect(), self.deltas)
    }
}

/// One delta per author, tag and minute, in that order; none that is zero.
fn net(mut deltas: Vec<Delta>) -> Vec<Delta> {
    deltas.sort_unstable();
    deltas.dedup_by(|next, sum| {
        let is_same = (next.author, next.tag, next.minute) == (sum.author, sum.tag, sum.minute);
        if is_same {
            sum.messages += next.messages;
        }
        is_same
    });
    deltas.retain(|delta| delta.messages != 0);
    deltas
}
