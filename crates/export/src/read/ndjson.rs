//! A JSON object per line.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use data_set::export::Column;
use serde_json::{Map, Value as Json};

use super::{Row, places, wrong};
use crate::error::FileError;
use crate::value::Value;

pub(super) fn rows(path: &Path, columns: &[Column]) -> Result<Vec<Row>, FileError> {
    let mut rows = Vec::new();
    for (index, text) in BufReader::new(File::open(path)?).lines().enumerate() {
        let number = index + 1;
        let object: Map<String, Json> =
            serde_json::from_str(&text?).map_err(|source| FileError::Json { line: number, source })?;
        places(columns, &object.keys().map(String::as_str).collect::<Vec<_>>())?;
        let cell = |column: &Column| {
            Value::from_json(column.kind, &object[column.name]).ok_or_else(|| wrong(number, column))
        };
        rows.push(columns.iter().map(cell).collect::<Result<_, _>>()?);
    }
    Ok(rows)
}
