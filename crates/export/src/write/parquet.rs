//! Parquet, compressed with Snappy, which every reader knows.

use std::io::Write;
use std::sync::Arc;

use ::parquet::arrow::ArrowWriter;
use ::parquet::basic::Compression;
use ::parquet::file::metadata::KeyValue;
use ::parquet::file::properties::{EnabledStatistics, WriterProperties};
use ::parquet::schema::types::ColumnPath;
use arrow_array::builder::{
    BooleanBuilder, Date32Builder, Float64Builder, Int16Builder, Int32Builder, Int64Builder, ListBuilder,
    StringBuilder, TimestampMicrosecondBuilder,
};
use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::{DataType, Field, Schema, SchemaRef, TimeUnit};
use data_set::export::Column;
use data_set::published::Kind;

use super::cell;
use crate::copy::CopyRow;
use crate::error::EncodeError;
use crate::receipt::Receipt;

/// Under which the receipt is in a file's metadata; what most readers want of it has keys of its own beside it.
pub(crate) const RECEIPT: &str = "rookery.receipt";
/// Rows that are handed on at once.
const BATCH_ROWS: usize = 4_096;
/// A row group is kept in memory until it is complete.
const ROW_GROUP_ROWS: usize = 131_072;
const ROW_GROUP_BYTES: usize = 16 * 1024 * 1024;

pub(crate) struct Parquet<W: Write + Send> {
    out: ArrowWriter<W>,
    schema: SchemaRef,
    builders: Vec<Builder>,
    rows: usize,
}

enum Builder {
    BigInt(Int64Builder),
    Integer(Int32Builder),
    SmallInt(Int16Builder),
    Double(Float64Builder),
    Boolean(BooleanBuilder),
    Text(StringBuilder),
    TextArray(ListBuilder<StringBuilder>),
    Timestamp(TimestampMicrosecondBuilder),
    Date(Date32Builder),
}

impl<W: Write + Send> Parquet<W> {
    pub(super) fn new(columns: &[Column], out: W) -> Result<Self, EncodeError> {
        let field = |column: &Column| Field::new(column.name, data_type(column.kind), column.is_nullable);
        let schema: SchemaRef = Arc::new(Schema::new(columns.iter().map(field).collect::<Vec<_>>()));
        let builders = columns.iter().map(|column| Builder::new(column.kind)).collect();
        let out = ArrowWriter::try_new(out, Arc::clone(&schema), Some(properties(columns)))?;
        Ok(Self { out, schema, builders, rows: 0 })
    }

    pub(super) fn row(&mut self, columns: &[Column], row: CopyRow<'_>) -> Result<(), EncodeError> {
        for (index, (column, builder)) in columns.iter().zip(&mut self.builders).enumerate() {
            builder.append(column, row.field(index))?;
        }
        self.rows += 1;
        if self.rows == BATCH_ROWS { self.batch() } else { Ok(()) }
    }

    fn batch(&mut self) -> Result<(), EncodeError> {
        self.rows = 0;
        let arrays = self.builders.iter_mut().map(Builder::finish).collect();
        self.out.write(&RecordBatch::try_new(Arc::clone(&self.schema), arrays)?)?;
        if self.out.in_progress_size() >= ROW_GROUP_BYTES {
            self.out.flush()?;
        }
        Ok(())
    }

    pub(super) fn finish(mut self, receipt: &Receipt) -> Result<W, EncodeError> {
        if self.rows > 0 {
            self.batch()?;
        }
        let mut note = |key: &str, value: String| {
            self.out.append_key_value_metadata(KeyValue::new(key.to_owned(), Some(value)));
        };
        note("rookery.data_set", receipt.data_set.clone());
        note("rookery.contract_version", receipt.contract_version.clone());
        note("rookery.log_lineage", receipt.log_lineage.clone());
        note("rookery.position", receipt.position.to_string());
        if let Some(since) = receipt.since {
            note("rookery.since", since.to_string());
        }
        note(RECEIPT, serde_json::to_string(receipt)?);
        Ok(self.out.into_inner()?)
    }
}

pub(crate) fn data_type(kind: Kind) -> DataType {
    match kind {
        Kind::BigInt => DataType::Int64,
        Kind::Integer => DataType::Int32,
        Kind::SmallInt => DataType::Int16,
        Kind::Double => DataType::Float64,
        Kind::Boolean => DataType::Boolean,
        Kind::Text => DataType::Utf8,
        Kind::TextArray => DataType::List(Arc::new(Field::new("item", DataType::Utf8, true))),
        Kind::Timestamp => DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
        Kind::Date => DataType::Date32,
    }
}

/// A dictionary of what is nearly always another value costs more than it saves.
fn properties(columns: &[Column]) -> WriterProperties {
    let mut properties = WriterProperties::builder()
        .set_compression(Compression::SNAPPY)
        .set_max_row_group_row_count(Some(ROW_GROUP_ROWS))
        .set_statistics_enabled(EnabledStatistics::Chunk)
        .set_created_by("rookery".to_owned());
    for column in columns {
        let repeats = match column.kind {
            Kind::Text => column.has_few_values || column.name == "tag",
            Kind::TextArray | Kind::Boolean | Kind::Integer | Kind::SmallInt => true,
            Kind::BigInt | Kind::Double | Kind::Timestamp | Kind::Date => false,
        };
        properties = properties.set_column_dictionary_enabled(path(column), repeats);
    }
    properties.build()
}

fn path(column: &Column) -> ColumnPath {
    let inner: &[&str] = if column.kind == Kind::TextArray { &["list", "item"] } else { &[] };
    ColumnPath::new(std::iter::once(&column.name).chain(inner).map(|part| (*part).to_owned()).collect())
}

impl Builder {
    fn new(kind: Kind) -> Self {
        match kind {
            Kind::BigInt => Self::BigInt(Int64Builder::new()),
            Kind::Integer => Self::Integer(Int32Builder::new()),
            Kind::SmallInt => Self::SmallInt(Int16Builder::new()),
            Kind::Double => Self::Double(Float64Builder::new()),
            Kind::Boolean => Self::Boolean(BooleanBuilder::new()),
            Kind::Text => Self::Text(StringBuilder::new()),
            Kind::TextArray => Self::TextArray(ListBuilder::new(StringBuilder::new())),
            Kind::Timestamp => Self::Timestamp(TimestampMicrosecondBuilder::new().with_timezone("UTC")),
            Kind::Date => Self::Date(Date32Builder::new()),
        }
    }

    fn append(&mut self, column: &Column, field: Option<&[u8]>) -> Result<(), EncodeError> {
        match (self, field) {
            (Self::BigInt(builder), Some(field)) => builder.append_value(cell::integer(column, field)?),
            (Self::Integer(builder), Some(field)) => builder.append_value(narrow(column, field)?),
            (Self::SmallInt(builder), Some(field)) => builder.append_value(narrow(column, field)?),
            (Self::Double(builder), Some(field)) => builder.append_value(cell::double(column, field)?),
            (Self::Boolean(builder), Some(field)) => builder.append_value(cell::boolean(column, field)?),
            (Self::Text(builder), Some(field)) => builder.append_value(cell::text(column, field)?),
            (Self::TextArray(builder), Some(field)) => {
                for text in cell::texts(column, field)? {
                    builder.values().append_value(text?);
                }
                builder.append(true);
            }
            (Self::Timestamp(builder), Some(field)) => builder.append_value(cell::timestamp(column, field)?),
            (Self::Date(builder), Some(field)) => builder.append_value(cell::date(column, field)?),
            (Self::BigInt(builder), None) => builder.append_null(),
            (Self::Integer(builder), None) => builder.append_null(),
            (Self::SmallInt(builder), None) => builder.append_null(),
            (Self::Double(builder), None) => builder.append_null(),
            (Self::Boolean(builder), None) => builder.append_null(),
            (Self::Text(builder), None) => builder.append_null(),
            (Self::TextArray(builder), None) => builder.append(false),
            (Self::Timestamp(builder), None) => builder.append_null(),
            (Self::Date(builder), None) => builder.append_null(),
        }
        Ok(())
    }

    fn finish(&mut self) -> ArrayRef {
        match self {
            Self::BigInt(builder) => Arc::new(builder.finish()),
            Self::Integer(builder) => Arc::new(builder.finish()),
            Self::SmallInt(builder) => Arc::new(builder.finish()),
            Self::Double(builder) => Arc::new(builder.finish()),
            Self::Boolean(builder) => Arc::new(builder.finish()),
            Self::Text(builder) => Arc::new(builder.finish()),
            Self::TextArray(builder) => Arc::new(builder.finish()),
            Self::Timestamp(builder) => Arc::new(builder.finish()),
            Self::Date(builder) => Arc::new(builder.finish()),
        }
    }
}

fn narrow<T: TryFrom<i64>>(column: &Column, field: &[u8]) -> Result<T, EncodeError> {
    let value = cell::integer(column, field)?;
    value.try_into().map_err(|_| cell::wrong(column, "it is too large"))
}
