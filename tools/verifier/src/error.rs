//! Why nothing was compared or repaired.

use data_set::audit::AuditError;
use event_store::ReadError;

#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    #[error("the log cannot be read")]
    Log(#[from] ReadError),
    #[error("the log's tail ended")]
    TailEnded,
    #[error("the data set cannot be compared")]
    Audit(#[from] AuditError),
    #[error("{projection} was folded from log {found}, but this is log {expected}")]
    OtherLineage { projection: &'static str, expected: String, found: String },
    #[error("a checkpoint is at position {position}, but the log ends at sequence {head}: it lost events")]
    AheadOfLog { position: i64, head: u64 },
    #[error(
        "{projection} has no checkpoint to mend its rows at; start the reducers, which fold it from the beginning"
    )]
    NotFolded { projection: &'static str },
    #[error("the data set has the table {table} of {projection}, which this version does not know")]
    UnknownTable { table: String, projection: &'static str },
    #[error(
        "the data set has no table {table} of {projection}; bring its schema up to date with `rookery migrate`"
    )]
    NoTable { table: &'static str, projection: &'static str },
}
