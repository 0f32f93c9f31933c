//! What rows come to.

use std::fmt::Write as _;

use data_set::export::Column;
use sha2::{Digest as _, Sha256};

use crate::value::Value;

/// SHA-256 of the columns, a line `name type` each and an empty one, and then of the rows as a binary copy has them
/// between its header and its trailer, in the order of the key.
#[derive(Debug)]
pub struct Digest {
    hash: Sha256,
    buffer: Vec<u8>,
}

impl Digest {
    #[must_use]
    pub fn new(columns: &[Column]) -> Self {
        let mut hash = Sha256::new();
        for column in columns {
            hash.update(format!("{} {}\n", column.name, column.kind.sql()));
        }
        hash.update("\n");
        Self { hash, buffer: Vec::new() }
    }

    /// The next row as the database sent it.
    pub(crate) fn add_copied(&mut self, row: &[u8]) {
        self.hash.update(row);
    }

    /// The next row, made of its cells.
    pub fn add(&mut self, columns: &[Column], row: &[Value]) {
        self.buffer.clear();
        write_row(columns, row, &mut self.buffer);
        self.hash.update(&self.buffer);
    }

    /// `sha-256:` and 64 digits.
    #[must_use]
    pub fn finish(self) -> String {
        let mut text = "sha-256:".to_owned();
        for byte in self.hash.finalize() {
            // Writing to a string cannot fail.
            write!(text, "{byte:02x}").ok();
        }
        text
    }
}

/// As a binary copy has it.
pub(crate) fn write_row(columns: &[Column], row: &[Value], out: &mut Vec<u8>) {
    // No view has as many columns as this number could count.
    out.extend_from_slice(&i16::try_from(columns.len()).unwrap_or(i16::MAX).to_be_bytes());
    for (column, value) in columns.iter().zip(row) {
        value.write(column.kind, out);
    }
}
