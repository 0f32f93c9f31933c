//! What an event decides and what it depends on, as names: `account/5`, `message/512`, `follow/5/7`.

use std::collections::BTreeSet;
use std::fmt::Display;

use domain::{MessageId, Position};
use event_store::{Boundary, EditBucket, Subject};

/// Names that an event holds or touches, and what has to be looked up in the rows to know all of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Claims {
    holds: BTreeSet<String>,
    touches: BTreeSet<String>,
    /// Messages whose authors are touched.
    pub messages: BTreeSet<i64>,
    /// Messages that it may delete.
    pub deleted: BTreeSet<i64>,
    /// Accounts that it may deactivate.
    pub deactivated: BTreeSet<i64>,
    /// Where it is, if it deletes or deactivates: it meets what is done before.
    pub position: i64,
}

impl Claims {
    /// It alone decides: no later event that holds or touches the same may be folded before it.
    #[must_use]
    pub fn hold(mut self, kind: &str, name: impl Display) -> Self {
        self.add_hold(kind, name);
        self
    }

    /// It depends on it, as others do.
    #[must_use]
    pub fn touch(mut self, kind: &str, name: impl Display) -> Self {
        self.add_touch(kind, name);
        self
    }

    /// The event at `position` names a message: it depends on its being there, and on its author. One that comes later
    /// has none yet.
    #[must_use]
    pub fn name_message(mut self, message: i64, position: Position) -> Self {
        if message < position.get() {
            self.messages.insert(message);
        }
        self.touch("message", message)
    }

    /// It edits or deletes a message: a bad event in the same subject may be about that one, too.
    #[must_use]
    pub fn touch_edits_of(self, message: MessageId) -> Self {
        let edits = Boundary::Edits(EditBucket::of(message));
        self.touch("subject", Subject::new(message.position().shard(), edits))
    }

    pub(crate) fn add_hold(&mut self, kind: &str, name: impl Display) {
        self.holds.insert(format!("{kind}/{name}"));
    }

    pub(crate) fn add_touch(&mut self, kind: &str, name: impl Display) {
        self.touches.insert(format!("{kind}/{name}"));
    }

    /// Both.
    pub(crate) fn unite(&mut self, other: Self) {
        self.holds.extend(other.holds);
        self.touches.extend(other.touches);
        self.messages.extend(other.messages);
        self.deleted.extend(other.deleted);
        self.deactivated.extend(other.deactivated);
        self.position = self.position.max(other.position);
    }

    /// It comes to no rows.
    pub(crate) fn is_empty(&self) -> bool {
        self.holds.is_empty() && self.touches.is_empty()
    }

    pub(crate) fn holds(&self) -> impl Iterator<Item = &String> {
        self.holds.iter()
    }

    /// A hold says more than a touch, so what is held is not named again.
    pub(crate) fn touches(&self) -> impl Iterator<Item = &String> {
        self.touches.difference(&self.holds)
    }

    /// As they were written down.
    pub(crate) fn recorded(holds: Vec<String>, touches: Vec<String>) -> Self {
        Self { holds: holds.into_iter().collect(), touches: touches.into_iter().collect(), ..Self::default() }
    }

    /// The first of its claims that others do not cover.
    pub(crate) fn beyond<'a>(&'a self, recorded: &'a Self) -> Option<&'a str> {
        let is_covered = |name: &&String| recorded.touches.contains(*name) || recorded.holds.contains(*name);
        self.holds
            .difference(&recorded.holds)
            .next()
            .or_else(|| self.touches.iter().find(|name| !is_covered(name)))
            .map(String::as_str)
    }
}
