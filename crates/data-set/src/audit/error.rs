//! Why rows cannot be audited.

#[derive(Debug, thiserror::Error)]
pub enum AuditError {
    #[error("the data set cannot be read")]
    Read(#[from] sqlx::Error),
    #[error("a row of {table} cannot be read as JSON")]
    Row {
        table: String,
        #[source]
        source: serde_json::Error,
    },
    #[error("the data set refuses to have {table} repaired")]
    Repair {
        table: String,
        #[source]
        source: sqlx::Error,
    },
}
