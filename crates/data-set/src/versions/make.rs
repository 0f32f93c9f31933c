//! A new version: empty tables of the shape that the published one has.
//!
//! The catalog says what that shape is, so no list of tables can fall behind the migrations.

use postgres_kit::Connection;
use sqlx::AssertSqlSafe;

use super::error::VersionError;
use super::hold::Hold;
use super::search_path::look_in;
use crate::write::schema;

/// A new version. Index: projection_pk.
const INSERT: &str =
    "insert into control.projection (projection, version, state) values ($1, $2, 'building')";

/// The number of the next version. Index: none.
const NEXT: &str = "select nextval(format('control.%I', $1 || '_version'))::integer";

/// A vacuum per table of schema $1. Index: none.
const TIDY: &str = "select format('vacuum (analyze) %I.%I', $1, tablename) from pg_tables \
    where schemaname = $1 order by tablename";

impl Hold {
    /// Makes the next version beside `published`, in one transaction; its number.
    ///
    /// # Errors
    /// When the schema of the published version holds anything that a copy would lose.
    pub async fn make_next(&mut self, published: i32) -> Result<i32, VersionError> {
        let published = schema(&self.projection, published);
        let mut transaction = self.connection.begin().await?;
        let version: i32 =
            sqlx::query_scalar(NEXT).bind(&self.projection).fetch_one(&mut *transaction).await?;
        copy_shape(&mut transaction, &published, &schema(&self.projection, version)).await?;
        sqlx::query(INSERT).bind(&self.projection).bind(version).execute(&mut *transaction).await?;
        transaction.commit().await?;
        Ok(version)
    }

    /// What autovacuum would do some time after a bulk load: statistics, and the visibility that index-only scans need.
    ///
    /// # Errors
    /// When the database is gone.
    pub async fn tidy(&mut self, version: i32) -> Result<(), VersionError> {
        let statements: Vec<String> = sqlx::query_scalar(TIDY)
            .bind(schema(&self.projection, version))
            .fetch_all(&mut self.connection)
            .await?;
        for statement in statements {
            sqlx::raw_sql(AssertSqlSafe(statement)).execute(&mut self.connection).await?;
        }
        Ok(())
    }
}

async fn copy_shape(connection: &mut Connection, from: &str, to: &str) -> Result<(), VersionError> {
    let lost: Vec<String> =
        sqlx::query_scalar(include_str!("not_copied.sql")).bind(from).fetch_all(&mut *connection).await?;
    if !lost.is_empty() {
        return Err(VersionError::NotCopied { schema: from.to_owned(), lost: lost.join(", ") });
    }
    // The old schema's names are written without it while it is the search path, and mean the new one later.
    look_in(connection, from).await?;
    let statements: Vec<String> =
        sqlx::query_scalar(include_str!("shape.sql")).bind(from).bind(to).fetch_all(&mut *connection).await?;
    look_in(connection, to).await?;
    for statement in statements {
        sqlx::raw_sql(AssertSqlSafe(statement)).execute(&mut *connection).await?;
    }
    Ok(())
}
