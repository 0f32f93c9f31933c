//! Why there is no export.

use crate::read::ReadError;

#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    #[error("the data set cannot be read")]
    Read(#[from] ReadError),
    #[error("nothing has been folded yet, so there is no position to export at")]
    NotFolded,
    #[error("more than {max} events are not in the rows; an operator has to act")]
    TooManyLeftOut { max: usize },
    #[error("{data_set} does not keep what changed: export all of it")]
    ChangesNotKept { data_set: &'static str },
    #[error("position {since} has not been reached: the data is at {position}")]
    NotReached { since: i64, position: i64 },
}

impl From<sqlx::Error> for ExportError {
    fn from(error: sqlx::Error) -> Self {
        Self::Read(error.into())
    }
}
