//! A JSON object per line.

use std::io::Write;

use data_set::export::Column;
use data_set::published::Kind;

use super::cell;
use crate::copy::CopyRow;
use crate::error::EncodeError;
use crate::text;

/// Written at once.
const BUFFER_BYTES: usize = 64 * 1024;

pub(crate) struct Ndjson<W: Write> {
    out: W,
    /// `{"id":` and `,"author":`, one for each column.
    names: Vec<Vec<u8>>,
    buffer: Vec<u8>,
}

impl<W: Write> Ndjson<W> {
    pub(super) fn new(columns: &[Column], out: W) -> Result<Self, EncodeError> {
        let mut names = Vec::new();
        for (index, column) in columns.iter().enumerate() {
            let mut name = vec![if index == 0 { b'{' } else { b',' }];
            serde_json::to_writer(&mut name, column.name)?;
            name.push(b':');
            names.push(name);
        }
        Ok(Self { out, names, buffer: Vec::with_capacity(BUFFER_BYTES * 2) })
    }

    pub(super) fn row(&mut self, columns: &[Column], row: CopyRow<'_>) -> Result<(), EncodeError> {
        for (index, (column, name)) in columns.iter().zip(&self.names).enumerate() {
            self.buffer.extend_from_slice(name);
            match row.field(index) {
                Some(field) => write_cell(column, field, &mut self.buffer)?,
                None => self.buffer.extend_from_slice(b"null"),
            }
        }
        self.buffer.extend_from_slice(b"}\n");
        if self.buffer.len() >= BUFFER_BYTES {
            self.out.write_all(&self.buffer)?;
            self.buffer.clear();
        }
        Ok(())
    }

    pub(super) fn finish(mut self) -> Result<W, EncodeError> {
        self.out.write_all(&self.buffer)?;
        Ok(self.out)
    }
}

fn write_cell(column: &Column, field: &[u8], mut out: &mut Vec<u8>) -> Result<(), EncodeError> {
    match column.kind {
        Kind::BigInt | Kind::Integer | Kind::SmallInt => write!(out, "{}", cell::integer(column, field)?)?,
        Kind::Double => serde_json::to_writer(out, &cell::double(column, field)?)?,
        Kind::Boolean => write!(out, "{}", cell::boolean(column, field)?)?,
        Kind::Text => serde_json::to_writer(out, cell::text(column, field)?)?,
        Kind::TextArray => {
            for (index, text) in cell::texts(column, field)?.enumerate() {
                out.push(if index == 0 { b'[' } else { b',' });
                serde_json::to_writer(&mut out, text?)?;
            }
            out.extend_from_slice(if out.last() == Some(&b':') { b"[]" } else { b"]" });
        }
        Kind::Timestamp => {
            let text = text::timestamp(cell::timestamp(column, field)?);
            let text = text.ok_or_else(|| cell::wrong(column, "its year has not four digits"))?;
            write!(out, "\"{text}\"")?;
        }
        Kind::Date => {
            let text = text::date(cell::date(column, field)?);
            write!(out, "\"{}\"", text.ok_or_else(|| cell::wrong(column, "it is no date"))?)?;
        }
    }
    Ok(())
}
