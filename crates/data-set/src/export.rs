//! The data set as files take it away: which views there are, and their rows at one position.
//!
//! Rows travel as Postgres's binary copy, in the order of their key. A data set's columns are cast to the kinds that
//! it declares, so what arrives does not depend on how a table happens to store it.

mod data_set;
mod error;
mod snapshot;
mod statement;

pub use data_set::{CHANGE_TYPE, Changes, Column, DataSet, Gone, all, find};
pub use error::ExportError;
pub use snapshot::{Head, SNAPSHOT_MAX_DEFAULT, Snapshot};
