//! What goes wrong with files.

use std::io;

/// A file could not be written.
#[derive(Debug, thiserror::Error)]
pub enum EncodeError {
    #[error("what the database sent is no binary copy: {0}")]
    Copy(&'static str),
    #[error("the rows ended before their end")]
    Truncated,
    #[error("the column {column} holds what its type cannot: {what}")]
    Cell { column: &'static str, what: &'static str },
    #[error("the file cannot be written")]
    Io(#[from] io::Error),
    #[error("the file cannot be written")]
    Csv(#[from] csv::Error),
    #[error("the file cannot be written")]
    Json(#[from] serde_json::Error),
    #[error("the file cannot be written")]
    Parquet(#[from] parquet::errors::ParquetError),
    #[error("the file cannot be written")]
    Arrow(#[from] arrow_schema::ArrowError),
}

/// A file could not be read.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    #[error("the file cannot be read")]
    Io(#[from] io::Error),
    #[error("the file is no whole CSV")]
    Csv(#[from] csv::Error),
    #[error("line {line} is no JSON object; the file may have been cut off")]
    Json {
        line: usize,
        #[source]
        source: serde_json::Error,
    },
    #[error("the file is no whole Parquet; it may have been cut off")]
    Parquet(#[from] parquet::errors::ParquetError),
    #[error("the file is no whole Parquet")]
    Arrow(#[from] arrow_schema::ArrowError),
    #[error("the receipt cannot be read")]
    Receipt(#[source] serde_json::Error),
    #[error("the file has no column {0}")]
    NoColumn(String),
    #[error("the file has a column {0} that is not of this data set")]
    OtherColumn(String),
    #[error("row {row}: {column} is not of the type {kind}")]
    Cell { row: usize, column: String, kind: &'static str },
    #[error("the receipt says {0} of the file, which is no column that this version knows")]
    UnknownColumn(String),
}
