//! Postgres's binary copy, row by row. <https://www.postgresql.org/docs/current/sql-copy.html>

use std::ops::Range;

use crate::error::EncodeError;

const SIGNATURE: &[u8] = b"PGCOPY\n\xff\r\n\0";
/// With flags and the length of an extension, which is 0.
const HEADER_BYTES: usize = SIGNATURE.len() + 8;
const NULL: i32 = -1;

/// Cuts what arrives into rows, however it was chunked.
#[derive(Debug, Default)]
pub(crate) struct CopyReader {
    /// The begin of something that is not there as a whole yet.
    pending: Vec<u8>,
    fields: Vec<Option<Range<usize>>>,
    has_begun: bool,
    has_ended: bool,
}

/// A row and where its fields are in it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CopyRow<'a> {
    /// All of it, as it arrived.
    pub(crate) bytes: &'a [u8],
    fields: &'a [Option<Range<usize>>],
}

enum Step {
    Row(usize),
    End,
    More,
}

impl<'a> CopyRow<'a> {
    /// `None`: null.
    pub(crate) fn field(&self, index: usize) -> Option<&'a [u8]> {
        let range = self.fields.get(index)?.clone()?;
        self.bytes.get(range)
    }

    pub(crate) fn fields(&self) -> usize {
        self.fields.len()
    }
}

impl CopyReader {
    pub(crate) fn feed(
        &mut self,
        chunk: &[u8],
        mut each: impl FnMut(CopyRow<'_>) -> Result<(), EncodeError>,
    ) -> Result<(), EncodeError> {
        if self.pending.is_empty() {
            let used = self.rows(chunk, &mut each)?;
            self.pending.extend_from_slice(&chunk[used..]);
        } else {
            let mut pending = std::mem::take(&mut self.pending);
            pending.extend_from_slice(chunk);
            let used = self.rows(&pending, &mut each)?;
            pending.drain(..used);
            self.pending = pending;
        }
        Ok(())
    }

    /// Whether the end was announced, and nothing stands behind it.
    pub(crate) fn has_ended(&self) -> bool {
        self.has_ended && self.pending.is_empty()
    }

    fn rows(
        &mut self,
        bytes: &[u8],
        each: &mut impl FnMut(CopyRow<'_>) -> Result<(), EncodeError>,
    ) -> Result<usize, EncodeError> {
        let mut used = 0;
        if !self.has_begun {
            if bytes.len() < HEADER_BYTES {
                return Ok(0);
            }
            if !bytes.starts_with(SIGNATURE) {
                return Err(EncodeError::Copy("it has another signature"));
            }
            (self.has_begun, used) = (true, HEADER_BYTES);
        }
        while !self.has_ended {
            match step(&bytes[used..], &mut self.fields)? {
                Step::Row(length) => {
                    each(CopyRow { bytes: &bytes[used..used + length], fields: &self.fields })?;
                    used += length;
                }
                Step::End => {
                    self.has_ended = true;
                    used += 2;
                }
                Step::More => break,
            }
        }
        Ok(used)
    }
}

fn step(bytes: &[u8], fields: &mut Vec<Option<Range<usize>>>) -> Result<Step, EncodeError> {
    let Some(count) = bytes.first_chunk::<2>().copied().map(i16::from_be_bytes) else {
        return Ok(Step::More);
    };
    if count == -1 {
        return Ok(Step::End);
    }
    let count = usize::try_from(count).map_err(|_| EncodeError::Copy("a row has fewer than no fields"))?;
    fields.clear();
    let mut at = 2;
    for _ in 0..count {
        let Some(length) = bytes[at..].first_chunk::<4>().copied().map(i32::from_be_bytes) else {
            return Ok(Step::More);
        };
        at += 4;
        if length == NULL {
            fields.push(None);
            continue;
        }
        let length =
            usize::try_from(length).map_err(|_| EncodeError::Copy("a field is shorter than nothing"))?;
        if bytes.len() - at < length {
            return Ok(Step::More);
        }
        fields.push(Some(at..at + length));
        at += length;
    }
    Ok(Step::Row(at))
}

/// What stands before the first row, for tests and for rows that are made anew.
#[cfg(test)]
pub(crate) fn header() -> Vec<u8> {
    let mut header = SIGNATURE.to_vec();
    header.extend_from_slice(&[0; 8]);
    header
}

/// What stands behind the last row.
#[cfg(test)]
pub(crate) const TRAILER: [u8; 2] = (-1_i16).to_be_bytes();
