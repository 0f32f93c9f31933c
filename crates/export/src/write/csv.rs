//! CSV (RFC 4180), in UTF-8, with a header.
//!
//! Nothing between two commas is null, where the column may be null, and else the empty text. A text that a spreadsheet
//! could take for a formula gets an apostrophe in front, as does one that begins with an apostrophe, and in a column
//! that may be null the empty text. So whoever takes one apostrophe away has every text as it was.

use std::fmt::Write as _;
use std::io::Write;

use data_set::export::Column;
use data_set::published::Kind;

use super::cell;
use crate::copy::CopyRow;
use crate::error::EncodeError;
use crate::text;

pub(crate) struct Csv<W: Write> {
    out: ::csv::Writer<W>,
    cell: String,
}

impl<W: Write> Csv<W> {
    pub(super) fn new(columns: &[Column], out: W) -> Result<Self, EncodeError> {
        let mut out = ::csv::Writer::from_writer(out);
        out.write_record(columns.iter().map(|column| column.name))?;
        Ok(Self { out, cell: String::new() })
    }

    pub(super) fn row(&mut self, columns: &[Column], row: CopyRow<'_>) -> Result<(), EncodeError> {
        for (index, column) in columns.iter().enumerate() {
            self.cell.clear();
            if let Some(field) = row.field(index) {
                write_cell(column, field, &mut self.cell)?;
            }
            self.out.write_field(&self.cell)?;
        }
        Ok(self.out.write_record(None::<&[u8]>)?)
    }

    pub(super) fn finish(self) -> Result<W, EncodeError> {
        self.out.into_inner().map_err(|error| EncodeError::Io(error.into_error()))
    }
}

fn write_cell(column: &Column, field: &[u8], out: &mut String) -> Result<(), EncodeError> {
    let written = match column.kind {
        Kind::BigInt | Kind::Integer | Kind::SmallInt => write!(out, "{}", cell::integer(column, field)?),
        Kind::Double => write!(out, "{}", cell::double(column, field)?),
        Kind::Boolean => write!(out, "{}", cell::boolean(column, field)?),
        Kind::Text => {
            let text = cell::text(column, field)?;
            if text::is_escaped(text) || (text.is_empty() && column.is_nullable) {
                out.push(text::ESCAPE);
            }
            out.push_str(text);
            Ok(())
        }
        Kind::TextArray => {
            // As JSON, which begins with a bracket.
            let texts = cell::texts(column, field)?.collect::<Result<Vec<_>, _>>()?;
            out.push_str(&serde_json::to_string(&texts)?);
            Ok(())
        }
        Kind::Timestamp => {
            let micros = cell::timestamp(column, field)?;
            text::write_timestamp(micros, out)
                .ok_or_else(|| cell::wrong(column, "its year has not four digits"))?;
            Ok(())
        }
        Kind::Date => {
            let date = text::date(cell::date(column, field)?);
            out.push_str(&date.ok_or_else(|| cell::wrong(column, "it is no date"))?);
            Ok(())
        }
    };
    // Writing to a string cannot fail.
    written.ok();
    Ok(())
}
