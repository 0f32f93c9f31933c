//! Files back into rows, to compare them. All of a file is held in memory, as all of what it is compared with.

mod csv;
mod ndjson;
mod parquet;

use std::cmp::Ordering;
use std::io::ErrorKind;
use std::path::Path;

use data_set::export::{Column, DataSet};

use crate::error::FileError;
use crate::format::Format;
use crate::receipt::{Receipt, sidecar};
use crate::value::Value;

/// Cells in the order of the columns.
pub type Row = Vec<Value>;

/// What is in a file.
#[derive(Debug)]
pub struct Contents {
    /// Unless it was taken away, or a file came without one.
    pub receipt: Option<Receipt>,
    path: std::path::PathBuf,
    format: Format,
}

/// Opens a file and reads its receipt.
///
/// # Errors
/// When it cannot be read.
pub fn read(path: &Path, format: Format) -> Result<Contents, FileError> {
    let receipt = match format {
        Format::Parquet => parquet::receipt(path)?,
        Format::Csv | Format::Ndjson => None,
    };
    // A Parquet file that others wrote anew may have one beside it, too.
    let receipt = match receipt {
        Some(receipt) => Some(receipt),
        None => beside(path)?,
    };
    let receipt = receipt.map(|text| serde_json::from_str(&text).map_err(FileError::Receipt)).transpose()?;
    Ok(Contents { receipt, path: path.to_owned(), format })
}

fn beside(path: &Path) -> Result<Option<String>, FileError> {
    match std::fs::read_to_string(sidecar(path)) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error.into()),
    }
}

impl Contents {
    /// # Errors
    /// When the file is not whole, or has other columns.
    pub fn rows(&self, columns: &[Column]) -> Result<Vec<Row>, FileError> {
        match self.format {
            Format::Parquet => parquet::rows(&self.path, columns),
            Format::Csv => csv::rows(&self.path, columns),
            Format::Ndjson => ndjson::rows(&self.path, columns),
        }
    }
}

/// Into the order of the key, which is the order of the digest.
pub fn sort(rows: &mut [Row], columns: &[Column], data_set: &DataSet) {
    let key: Vec<usize> = data_set
        .key
        .iter()
        .filter_map(|name| columns.iter().position(|column| column.name == *name))
        .collect();
    rows.sort_by(|one, other| {
        key.iter()
            .map(|index| one[*index].compare(&other[*index]))
            .find(|ordering| ordering.is_ne())
            .unwrap_or(Ordering::Equal)
    });
}

/// Where each column is in a file; a file has them all and no other.
fn places(columns: &[Column], names: &[&str]) -> Result<Vec<usize>, FileError> {
    if let Some(other) = names.iter().find(|name| columns.iter().all(|column| column.name != **name)) {
        return Err(FileError::OtherColumn((*other).to_owned()));
    }
    let place = |column: &Column| {
        let found = names.iter().position(|name| *name == column.name);
        found.ok_or_else(|| FileError::NoColumn(column.name.to_owned()))
    };
    columns.iter().map(place).collect()
}

fn wrong(row: usize, column: &Column) -> FileError {
    FileError::Cell { row, column: column.name.to_owned(), kind: column.kind.sql() }
}
