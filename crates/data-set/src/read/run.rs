//! Runs a statement, once more if its connection turns out to be dead.

use super::error::{ReadError, connection_broke};

/// A pooled connection may have died unnoticed, for instance when the server was restarted. A statement that only reads
/// can be run again without harm; once, because the second connection is new or was just used by somebody else.
pub(super) async fn run<T, F, Fut>(statement: F) -> Result<T, ReadError>
where
    F: Fn() -> Fut,
    Fut: Future<Output = Result<T, sqlx::Error>>,
{
    match statement().await {
        Err(error) if connection_broke(&error) => {
            tracing::debug!(%error, "a pooled connection was dead, trying another");
            Ok(statement().await?)
        }
        result => Ok(result?),
    }
}
