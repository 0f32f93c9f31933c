//! The end of a version that is not published.

use sqlx::AssertSqlSafe;

use super::error::VersionError;
use super::hold::Hold;
use crate::write::schema;

/// A version that is not published, with its checkpoint, heartbeat and parked events. Index: projection_pk.
const FORGET: &str =
    "delete from control.projection where projection = $1 and version = $2 and state <> 'published'";

impl Hold {
    /// Drops the tables of a version and all that is known of it, in one transaction. Without `cascade`: where
    /// somebody's view still shows one of its tables, the server refuses and names it.
    ///
    /// # Errors
    /// When it is published, or something depends on it.
    pub async fn drop_version(&mut self, version: i32) -> Result<(), VersionError> {
        let mut transaction = self.connection.begin().await?;
        // The checkpoint goes first, which waits for the batch under way and lets no other one begin.
        let forgotten = sqlx::query(FORGET)
            .bind(&self.projection)
            .bind(version)
            .execute(&mut *transaction)
            .await?
            .rows_affected();
        if forgotten == 0 {
            return Err(VersionError::Refused(sqlx::Error::RowNotFound));
        }
        let statements: Vec<String> = sqlx::query_scalar(include_str!("drop.sql"))
            .bind(schema(&self.projection, version))
            .fetch_all(&mut *transaction)
            .await?;
        for statement in statements {
            sqlx::raw_sql(AssertSqlSafe(statement)).execute(&mut *transaction).await?;
        }
        Ok(transaction.commit().await?)
    }
}
