//! The schema: migrations embedded into the binary, applied by one process, awaited by the others.

use sqlx::migrate::{MigrateError, Migrator};

use crate::describe::describe;
use crate::pool::Pool;

static MIGRATOR: Migrator = sqlx::migrate!("../../migrations");

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("the data set cannot be migrated")]
    Migrate(#[source] MigrateError),
    #[error("the data set's migrations cannot be read")]
    Inspect(#[source] sqlx::Error),
    #[error("the views of the data set cannot be described")]
    Describe(#[source] sqlx::Error),
}

/// Brings the schema up to this binary's migrations, and the comments on what is published up to what it says of it. Safe
/// to run from several processes at once: they queue.
///
/// # Errors
/// When the database is unreachable, or has migrations that this binary does not know or knows with other contents.
pub async fn migrate(url: &str) -> Result<(), Error> {
    postgres_kit::migrate(url, &MIGRATOR).await.map_err(Error::Migrate)?;
    describe(url).await.map_err(Error::Describe)
}

/// Which migrations are applied. Index: none; a row per migration.
const APPLIED: &str = "select version, checksum from _sqlx_migrations where success";

/// Whether all of this binary's migrations are applied, with the same contents.
///
/// A schema with more than these is current too: while a new version is rolled out, the old one still works on it.
///
/// # Errors
/// When the database is unreachable.
pub async fn schema_is_current(pool: &Pool) -> Result<bool, Error> {
    let applied = sqlx::query_as::<_, (i64, Vec<u8>)>(APPLIED).fetch_all(pool).await;
    let applied = match applied {
        Ok(applied) => applied,
        Err(sqlx::Error::Database(error)) if error.code().as_deref() == Some(UNDEFINED_TABLE) => {
            return Ok(false);
        }
        Err(error) => return Err(Error::Inspect(error)),
    };
    let is_applied =
        |version: i64, checksum: &[u8]| applied.iter().any(|(v, c)| *v == version && c == checksum);
    Ok(MIGRATOR.iter().all(|migration| is_applied(migration.version, &migration.checksum)))
}

/// Whether this user may read what accounts keep to themselves, which every list of messages needs.
///
/// # Errors
/// When the database is unreachable, or its schema is older.
pub async fn may_read_for_accounts(pool: &Pool) -> Result<bool, Error> {
    let may = "select has_schema_privilege('served', 'usage')";
    sqlx::query_scalar(may).fetch_one(pool).await.map_err(Error::Inspect)
}

/// What Postgres answers before the first migration made the table of migrations.
const UNDEFINED_TABLE: &str = "42P01";
