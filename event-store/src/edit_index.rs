//! Where the last edit or deletion of a message is, without a subject per message; and whether an account blocks another
//! one, without a subject per pair.
//!
//! Edits and deletions share a bounded number of subjects, the buckets; all blocks of an account share one. Within such a
//! subject the events themselves hold the index: a binary trie over the paths of what they are about, in which each
//! event is the root of all that came before it.
//!
//! ```text
//! path of the own message    0 1 1 0 …
//! entry 0                    newest event whose path begins with   1
//! entry 1                                                          0 0
//! entry 2                                                          0 1 0
//! ```
//!
//! The subject's newest event is the root. A look-up compares paths: where they fork at bit `d`, entry `d`
//! names the newest event on the wanted side. So a look-up reads one event per fork, about half of log2(edited messages
//! in the bucket, or accounts that were ever blocked), no matter how often each of them was, and on the way gathers the
//! entries of the next event. A chain of predecessors would be simpler, but as long as the longest history.

mod last_block;
mod last_change;
mod look_up;

use std::fmt;
use std::str::FromStr;

use domain::Sequence;

pub use last_block::{LastBlock, last_block};
pub use last_change::{LastChange, last_change, last_changes};

/// Bits of a path at most: those of an account's. A message's has fewer, because its bucket's number is a part of it.
const DEPTH_MAX: u32 = u64::BITS;

/// The entries that an event carries; 0 where there was none, and none behind the last that is not 0.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EditIndex(Vec<u64>);

impl EditIndex {
    fn new(mut entries: Vec<u64>) -> Self {
        entries.truncate(entries.iter().rposition(|entry| *entry != 0).map_or(0, |last| last + 1));
        Self(entries)
    }

    fn entry(&self, depth: usize) -> u64 {
        self.0.get(depth).copied().unwrap_or_default()
    }

    /// Entries name older events: a look-up ends.
    fn is_before(&self, sequence: Sequence) -> bool {
        self.0.iter().all(|entry| *entry < sequence.get())
    }
}

/// As in the header: decimal sequences, separated by commas; nothing stands for 0.
impl fmt::Display for EditIndex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (depth, entry) in self.0.iter().enumerate() {
            if depth > 0 {
                f.write_str(",")?;
            }
            if *entry != 0 {
                write!(f, "{entry}")?;
            }
        }
        Ok(())
    }
}

#[derive(Debug, thiserror::Error)]
#[error("an edit index is at most {DEPTH_MAX} decimal numbers with commas between them")]
pub struct EditIndexError;

impl FromStr for EditIndex {
    type Err = EditIndexError;

    fn from_str(text: &str) -> Result<Self, EditIndexError> {
        let entry = |entry: &str| match entry {
            "" => Ok(0),
            digits if digits.bytes().all(|byte| byte.is_ascii_digit()) => {
                digits.parse().map_err(|_| EditIndexError)
            }
            _ => Err(EditIndexError),
        };
        let entries = text.split(',').map(entry).collect::<Result<Vec<u64>, _>>()?;
        if entries.len() <= DEPTH_MAX as usize { Ok(Self::new(entries)) } else { Err(EditIndexError) }
    }
}
