//! Why a batch was not written, sorted by who must act.

/// Why a batch was not written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The checkpoint is not where the batch begins: another worker folded it.
    #[error("another worker moved the checkpoint")]
    Fenced,
    /// The rows were folded from another log.
    #[error("the data set was folded from log {found}, but this is log {expected}")]
    OtherLineage { expected: String, found: String },
    /// The database refuses the values of this batch, and would again.
    #[error("the database refuses the rows")]
    Refused(#[source] sqlx::Error),
    #[error("the database cannot be written")]
    Unavailable(#[source] sqlx::Error),
}

impl WriteError {
    /// Whether the server said nothing for so long that it counts as dead.
    pub fn is_no_answer(&self) -> bool {
        matches!(self, Self::Unavailable(error) if postgres_kit::is_no_answer(error))
    }
}

impl From<sqlx::Error> for WriteError {
    fn from(error: sqlx::Error) -> Self {
        // Class 22 is "data exception", 23 "integrity constraint violation", 54 "program limit exceeded".
        let is_about_values = error
            .as_database_error()
            .and_then(|error| error.code())
            .is_some_and(|code| ["22", "23", "54"].iter().any(|class| code.starts_with(class)));
        if is_about_values { Self::Refused(error) } else { Self::Unavailable(error) }
    }
}
