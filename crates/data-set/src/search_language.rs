//! The language of searches: which words are left out, and which endings count as one word.
//!
//! The index of words holds what the language said when it was made, so another language makes it anew.

use std::fmt;
use std::str::FromStr;

use postgres_kit::Connection;
use sqlx::AssertSqlSafe;

use crate::pool;

/// The name of a text search configuration of Postgres, like `english`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchLanguage(String);

/// As long as a name in Postgres may be.
const BYTES_MAX: usize = 63;

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the name of a text search configuration of Postgres, like simple or english")]
pub struct NoLanguage;

impl FromStr for SearchLanguage {
    type Err = NoLanguage;

    fn from_str(name: &str) -> Result<Self, NoLanguage> {
        let is_name = (1..=BYTES_MAX).contains(&name.len())
            && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
        if is_name { Ok(Self(name.to_owned())) } else { Err(NoLanguage) }
    }
}

impl fmt::Display for SearchLanguage {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[derive(Debug, thiserror::Error)]
pub enum LanguageError {
    #[error("Postgres has no text search configuration {asked}; it has {there}")]
    Unknown { asked: SearchLanguage, there: String },
    #[error("the language of searches cannot be set")]
    Database(#[source] sqlx::Error),
}

impl From<sqlx::Error> for LanguageError {
    fn from(error: sqlx::Error) -> Self {
        Self::Database(error)
    }
}

/// Which languages Postgres itself brings along. Index: the catalog's own.
const LANGUAGES: &str = "select cfgname::text from pg_ts_config \
    where cfgnamespace = 'pg_catalog'::regnamespace order by 1";
/// Which one is set. Index: none.
const PRESENT: &str = "select control.search_language() = ('pg_catalog.' || $1)::regconfig";
/// The indexes of all versions, to be made anew. Index: the catalog's own.
const REINDEX: &str = "select format('reindex index %I.message_search', schemaname) from pg_indexes \
    where indexname = 'message_search' order by schemaname";

/// Sets the language, unless it is set already. Takes the owner of the schema; for as long as the indexes are made, in
/// one transaction, nothing is folded and searches wait.
///
/// # Errors
/// When Postgres knows no such language, or the database is unreachable.
pub async fn set(url: &str, language: &SearchLanguage) -> Result<(), LanguageError> {
    let mut connection = pool::operator(url).await?;
    let there: Vec<String> = sqlx::query_scalar(LANGUAGES).fetch_all(&mut connection).await?;
    if !there.contains(&language.0) {
        return Err(LanguageError::Unknown { asked: language.clone(), there: there.join(", ") });
    }
    let is_set: bool = sqlx::query_scalar(PRESENT).bind(&language.0).fetch_one(&mut connection).await?;
    if !is_set {
        replace(&mut connection, language).await?;
    }
    Ok(())
}

async fn replace(connection: &mut Connection, language: &SearchLanguage) -> Result<(), LanguageError> {
    let mut transaction = connection.begin().await?;
    // A name of letters alone, that Postgres knows.
    let function = format!(
        "create or replace function control.search_language() returns regconfig \
         language sql immutable parallel safe as $$ select 'pg_catalog.{language}'::regconfig $$"
    );
    sqlx::raw_sql(AssertSqlSafe(function)).execute(&mut *transaction).await?;
    let indexes: Vec<String> = sqlx::query_scalar(REINDEX).fetch_all(&mut *transaction).await?;
    for statement in indexes {
        sqlx::raw_sql(AssertSqlSafe(statement)).execute(&mut *transaction).await?;
    }
    transaction.commit().await?;
    tracing::info!(%language, "the language of searches is another one");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_has_a_name_of_letters() {
        assert!("simple".parse::<SearchLanguage>().is_ok());
        for bad in ["", "English", "pg_catalog.english", "a'b", "x y", &"x".repeat(64)] {
            assert_eq!(bad.parse::<SearchLanguage>(), Err(NoLanguage), "{bad}");
        }
    }
}
