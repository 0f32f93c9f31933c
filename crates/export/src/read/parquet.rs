//! Parquet, as it was written here.

use std::fs::File;
use std::path::Path;

use ::parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use arrow_array::cast::AsArray;
use arrow_array::types::{
    Date32Type, Float64Type, Int16Type, Int32Type, Int64Type, TimestampMicrosecondType,
};
use arrow_array::{Array, RecordBatch};
use data_set::export::Column;
use data_set::published::Kind;

use super::{Row, places, wrong};
use crate::error::FileError;
use crate::value::Value;
use crate::write::RECEIPT;

pub(super) fn receipt(path: &Path) -> Result<Option<String>, FileError> {
    let builder = ParquetRecordBatchReaderBuilder::try_new(File::open(path)?)?;
    let notes = builder.metadata().file_metadata().key_value_metadata();
    let note = notes.into_iter().flatten().find(|note| note.key == RECEIPT);
    Ok(note.and_then(|note| note.value.clone()))
}

pub(super) fn rows(path: &Path, columns: &[Column]) -> Result<Vec<Row>, FileError> {
    let builder = ParquetRecordBatchReaderBuilder::try_new(File::open(path)?)?;
    let schema = builder.schema().clone();
    let places =
        places(columns, &schema.fields().iter().map(|field| field.name().as_str()).collect::<Vec<_>>())?;
    let mut rows = Vec::new();
    for batch in builder.build()? {
        let batch = batch?;
        for index in 0..batch.num_rows() {
            let number = rows.len() + 1;
            let cells = columns.iter().zip(&places).map(|(column, place)| {
                cell(&batch, *place, index, column.kind).ok_or_else(|| wrong(number, column))
            });
            rows.push(cells.collect::<Result<_, _>>()?);
        }
    }
    Ok(rows)
}

fn cell(batch: &RecordBatch, place: usize, index: usize, kind: Kind) -> Option<Value> {
    let array = batch.column(place);
    if array.is_null(index) {
        return Some(Value::Null);
    }
    Some(match kind {
        Kind::BigInt => Value::Integer(array.as_primitive_opt::<Int64Type>()?.value(index)),
        Kind::Integer => Value::Integer(array.as_primitive_opt::<Int32Type>()?.value(index).into()),
        Kind::SmallInt => Value::Integer(array.as_primitive_opt::<Int16Type>()?.value(index).into()),
        Kind::Double => Value::Double(array.as_primitive_opt::<Float64Type>()?.value(index)),
        Kind::Boolean => Value::Boolean(array.as_boolean_opt()?.value(index)),
        Kind::Text => Value::Text(array.as_string_opt::<i32>()?.value(index).to_owned()),
        Kind::TextArray => {
            let texts = array.as_list_opt::<i32>()?.value(index);
            let texts = texts.as_string_opt::<i32>()?;
            Value::Texts(texts.iter().map(|text| text.map(str::to_owned)).collect::<Option<_>>()?)
        }
        Kind::Timestamp => {
            Value::Timestamp(array.as_primitive_opt::<TimestampMicrosecondType>()?.value(index))
        }
        Kind::Date => Value::Date(array.as_primitive_opt::<Date32Type>()?.value(index)),
    })
}
