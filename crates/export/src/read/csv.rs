//! See [`crate::write`] for what is null and what is escaped.

use std::path::Path;

use data_set::export::Column;
use data_set::published::Kind;

use super::{Row, places, wrong};
use crate::error::FileError;
use crate::text;
use crate::value::Value;

pub(super) fn rows(path: &Path, columns: &[Column]) -> Result<Vec<Row>, FileError> {
    let mut reader = ::csv::Reader::from_path(path)?;
    let names = reader.headers()?.clone();
    let places = places(columns, &names.iter().collect::<Vec<_>>())?;
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record?;
        let number = rows.len() + 1;
        let cells = columns.iter().zip(&places).map(|(column, place)| {
            // The reader refuses records of another length.
            cell(column, record.get(*place).unwrap_or_default()).ok_or_else(|| wrong(number, column))
        });
        rows.push(cells.collect::<Result<_, _>>()?);
    }
    Ok(rows)
}

fn cell(column: &Column, cell: &str) -> Option<Value> {
    if cell.is_empty() && column.is_nullable {
        return Some(Value::Null);
    }
    Some(match column.kind {
        Kind::BigInt | Kind::Integer | Kind::SmallInt => Value::Integer(cell.parse().ok()?),
        Kind::Double => Value::Double(cell.parse().ok()?),
        Kind::Boolean => Value::Boolean(cell.parse().ok()?),
        Kind::Text => Value::Text(cell.strip_prefix(text::ESCAPE).unwrap_or(cell).to_owned()),
        Kind::TextArray => Value::Texts(serde_json::from_str(cell).ok()?),
        Kind::Timestamp => Value::Timestamp(text::parse_timestamp(cell)?),
        Kind::Date => Value::Date(text::parse_date(cell)?),
    })
}
