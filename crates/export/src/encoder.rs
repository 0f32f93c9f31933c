//! Rows that arrive, into a file that leaves.

use std::io::Write;

use data_set::export::{Column, DataSet, Head};

use crate::copy::CopyReader;
use crate::digest::Digest;
use crate::error::EncodeError;
use crate::format::Format;
use crate::receipt::Receipt;
use crate::write::Writer;

/// What is written.
#[derive(Debug, Clone)]
pub struct Plan {
    pub data_set: DataSet,
    /// Only changes behind it.
    pub since: Option<i64>,
    pub format: Format,
    /// What the rows are a fold of.
    pub head: Head,
}

/// Takes a binary copy in chunks of any size. Its memory is bounded: some thousand rows, and for Parquet a row group.
pub struct Encoder<W: Write + Send> {
    plan: Plan,
    columns: Vec<Column>,
    copy: CopyReader,
    digest: Digest,
    rows: u64,
    writer: Writer<W>,
}

impl<W: Write + Send> std::fmt::Debug for Encoder<W> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Encoder")
            .field("plan", &self.plan)
            .field("rows", &self.rows)
            .finish_non_exhaustive()
    }
}

impl<W: Write + Send> Encoder<W> {
    /// # Errors
    /// When nothing can be written to `out`.
    pub fn new(plan: Plan, out: W) -> Result<Self, EncodeError> {
        let columns = plan.data_set.file_columns(plan.since);
        let writer = Writer::new(plan.format, &columns, out)?;
        let (copy, digest) = (CopyReader::default(), Digest::new(&columns));
        Ok(Self { plan, columns, copy, digest, rows: 0, writer })
    }

    /// # Errors
    /// When it is no binary copy of the data set, or cannot be written.
    pub fn push(&mut self, chunk: &[u8]) -> Result<(), EncodeError> {
        let Self { columns, copy, digest, rows, writer, .. } = self;
        copy.feed(chunk, |row| {
            if row.fields() != columns.len() {
                return Err(EncodeError::Copy("a row has another number of fields"));
            }
            digest.add_copied(row.bytes);
            *rows += 1;
            writer.row(columns, row)
        })
    }

    /// Ends the file, which is complete then.
    ///
    /// # Errors
    /// When the end of the copy has not arrived, or the rest cannot be written.
    pub fn finish(self) -> Result<(W, Receipt), EncodeError> {
        if !self.copy.has_ended() {
            return Err(EncodeError::Truncated);
        }
        let Self { plan, columns, digest, rows, writer, .. } = self;
        let Plan { data_set, since, head, .. } = plan;
        let receipt = Receipt::new(&data_set, &columns, since, &head, rows, digest.finish());
        let mut out = writer.finish(&receipt)?;
        out.flush()?;
        Ok((out, receipt))
    }
}
