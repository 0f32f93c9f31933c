//! Why a version was not made, switched or dropped.

#[derive(Debug, thiserror::Error)]
pub enum VersionError {
    #[error("the data set cannot be reached")]
    Connect(#[source] sqlx::Error),
    #[error("somebody else is rebuilding, switching or dropping a version of `{0}` right now")]
    Held(String),
    #[error("the schema {schema} holds what a copy of its tables would lose: {lost}")]
    NotCopied { schema: String, lost: String },
    /// Somebody else's statements held what was needed; it can be tried again.
    #[error("other statements are in the way")]
    Busy(#[source] sqlx::Error),
    #[error("version {version} is at position {position}, behind {needed}")]
    Behind { version: i32, position: i64, needed: i64 },
    #[error("version {version} was folded from another log than the published one")]
    OtherLog { version: i32 },
    #[error("the data set refuses")]
    Refused(#[from] sqlx::Error),
}
