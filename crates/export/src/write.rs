//! Rows into bytes of a format.

mod cell;
mod csv;
mod ndjson;
mod parquet;

use std::io::Write;

use data_set::export::Column;

use crate::copy::CopyRow;
use crate::error::EncodeError;
use crate::format::Format;
use crate::receipt::Receipt;

pub(crate) use self::parquet::RECEIPT;

pub(crate) enum Writer<W: Write + Send> {
    Parquet(Box<parquet::Parquet<W>>),
    Csv(Box<csv::Csv<W>>),
    Ndjson(ndjson::Ndjson<W>),
}

impl<W: Write + Send> Writer<W> {
    pub(crate) fn new(format: Format, columns: &[Column], out: W) -> Result<Self, EncodeError> {
        Ok(match format {
            Format::Parquet => Self::Parquet(Box::new(parquet::Parquet::new(columns, out)?)),
            Format::Csv => Self::Csv(Box::new(csv::Csv::new(columns, out)?)),
            Format::Ndjson => Self::Ndjson(ndjson::Ndjson::new(columns, out)?),
        })
    }

    pub(crate) fn row(&mut self, columns: &[Column], row: CopyRow<'_>) -> Result<(), EncodeError> {
        match self {
            Self::Parquet(writer) => writer.row(columns, row),
            Self::Csv(writer) => writer.row(columns, row),
            Self::Ndjson(writer) => writer.row(columns, row),
        }
    }

    pub(crate) fn finish(self, receipt: &Receipt) -> Result<W, EncodeError> {
        match self {
            Self::Parquet(writer) => writer.finish(receipt),
            Self::Csv(writer) => writer.finish(),
            Self::Ndjson(writer) => writer.finish(),
        }
    }
}
