//! The versions of a projection: how one comes to be beside the one that is published, is compared with it, takes its
//! place, and goes (ADR 13).
//!
//! ```text
//!   make ──▶ building ──▶ standby ◀──▶ published
//!               └─ drop ◀─────┘
//! ```
//!
//! Reducers only look ([`folded`]); what changes anything is an operator's, who holds the projection ([`Hold`]).

mod drop_version;
mod make;
mod snapshot;
mod switch;

pub use snapshot::{ROWS_SHOWN, Row, Snapshot, TableDiff, compare};
pub use switch::Switch;

use postgres_kit::{Connection, Pool};

use crate::pool;

/// What a version is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::Type)]
#[sqlx(type_name = "text", rename_all = "lowercase")]
pub enum State {
    /// Folded by a rebuild alone, seen by nobody.
    Building,
    /// Folded by the reducers, seen by nobody.
    Standby,
    /// Folded by the reducers, and what everybody sees.
    Published,
}

/// One version of a projection.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Version {
    pub projection: String,
    pub version: i32,
    pub state: State,
}

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

/// The versions that reducers fold.
///
/// # Errors
/// When the database is unreachable or not migrated.
pub async fn folded(pool: &Pool) -> Result<Vec<Version>, sqlx::Error> {
    sqlx::query_as(include_str!("versions/folded.sql")).fetch_all(pool).await
}

/// An operator's hold on one projection: nobody else changes its versions meanwhile. It ends with the connection, so a
/// dead operator holds nothing.
#[derive(Debug)]
pub struct Hold {
    connection: Connection,
    projection: String,
}

impl Hold {
    /// Connects as the owner of the schemas.
    ///
    /// # Errors
    /// When the database is unreachable, or somebody else holds the projection.
    pub async fn take(url: &str, projection: &str) -> Result<Self, VersionError> {
        let mut connection = pool::operator(url).await.map_err(VersionError::Connect)?;
        let is_free: bool = sqlx::query_scalar(include_str!("versions/hold.sql"))
            .bind(projection)
            .fetch_one(&mut connection)
            .await?;
        if is_free {
            Ok(Self { connection, projection: projection.to_owned() })
        } else {
            Err(VersionError::Held(projection.to_owned()))
        }
    }

    /// All versions of the projection.
    ///
    /// # Errors
    /// When the database is gone; so with the other methods.
    pub async fn versions(&mut self) -> Result<Vec<Version>, VersionError> {
        let versions = sqlx::query_as(include_str!("versions/list.sql")).bind(&self.projection);
        Ok(versions.fetch_all(&mut self.connection).await?)
    }

    /// How far a version is folded; `None` before its first event.
    pub async fn position(&mut self, version: i32) -> Result<Option<i64>, VersionError> {
        let position = sqlx::query_scalar(include_str!("versions/position.sql")).bind(&self.projection);
        Ok(position.bind(version).fetch_optional(&mut self.connection).await?)
    }

    /// From which log a version is folded; `None` before its first event.
    pub async fn lineage(&mut self, version: i32) -> Result<Option<String>, VersionError> {
        let lineage = sqlx::query_scalar(include_str!("versions/lineage.sql")).bind(&self.projection);
        Ok(lineage.bind(version).fetch_optional(&mut self.connection).await?)
    }

    /// Whether the reducers fold a version: their last sign of life is younger than its state.
    pub async fn is_taken_up(&mut self, version: i32) -> Result<bool, VersionError> {
        let taken_up = sqlx::query_scalar(include_str!("versions/is_taken_up.sql")).bind(&self.projection);
        Ok(taken_up.bind(version).fetch_one(&mut self.connection).await?)
    }

    /// Gives a version that is not published to the reducers, or takes it from them.
    pub async fn set_state(&mut self, version: i32, state: State) -> Result<(), VersionError> {
        sqlx::query(include_str!("versions/set_state.sql"))
            .bind(&self.projection)
            .bind(version)
            .bind(state)
            .execute(&mut self.connection)
            .await?;
        Ok(())
    }
}
