//! What becomes of each append of a group, given what the log holds. Pure.

use std::collections::HashMap;
use std::sync::Arc;

use uuid::Uuid;

use crate::row::NewRow;

/// An event of one of the group's commands that the log holds already.
#[derive(Debug, Clone)]
pub(super) struct Own {
    pub(super) subject: Arc<str>,
    pub(super) sequence: i64,
}

/// What the log holds, as far as it matters to the group.
#[derive(Debug, Default)]
pub(super) struct Known {
    pub(super) head: i64,
    pub(super) bytes: i64,
    pub(super) bytes_max: i64,
    /// The last sequence of each subject that somebody expects something of.
    pub(super) last: HashMap<Arc<str>, i64>,
    /// In the order of the log.
    pub(super) own: HashMap<Uuid, Vec<Own>>,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Appended(Vec<i64>),
    Repeated(Vec<i64>),
    Conflict,
    Full,
}

impl Known {
    /// Judges an append as if all before it in the group were in the log.
    pub(super) fn judge(&mut self, command: Uuid, rows: &[NewRow]) -> Verdict {
        if let Some(own) = self.own.get(&command) {
            // A command is in the log once, so another one under its id is refused.
            let is_same =
                own.len() == rows.len() && own.iter().zip(rows).all(|(own, row)| own.subject == row.subject);
            let sequences = || own.iter().map(|own| own.sequence).collect();
            return if is_same { Verdict::Repeated(sequences()) } else { Verdict::Conflict };
        }
        if rows.iter().any(|row| row.expected.is_some_and(|expected| expected != self.last_of(&row.subject)))
        {
            return Verdict::Conflict;
        }
        let bytes = rows.iter().map(NewRow::bytes).fold(self.bytes, i64::saturating_add);
        if bytes > self.bytes_max {
            return Verdict::Full;
        }
        self.bytes = bytes;
        let sequences = rows.iter().map(|row| self.place(command, row)).collect();
        Verdict::Appended(sequences)
    }

    fn last_of(&self, subject: &Arc<str>) -> i64 {
        self.last.get(subject).copied().unwrap_or(0)
    }

    fn place(&mut self, command: Uuid, row: &NewRow) -> i64 {
        self.head += 1;
        self.last.insert(Arc::clone(&row.subject), self.head);
        let own = Own { subject: Arc::clone(&row.subject), sequence: self.head };
        self.own.entry(command).or_default().push(own);
        self.head
    }
}

#[cfg(test)]
mod tests;
