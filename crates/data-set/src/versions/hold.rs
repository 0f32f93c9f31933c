//! An operator's hold on a projection.

use postgres_kit::Connection;

use super::error::VersionError;
use super::version::{State, Version};
use crate::pool;

/// An operator's hold on one projection: nobody else changes its versions meanwhile. It ends with the connection, so a
/// dead operator holds nothing.
#[derive(Debug)]
pub struct Hold {
    pub(super) connection: Connection,
    pub(super) projection: String,
}

/// A lock that ends with the connection. Index: none. A row lock would have to keep a transaction open, and
/// with it every dead row of the database.
const HOLD: &str = "select pg_try_advisory_lock(hashtext('rookery.projection'), hashtext($1))";

/// From which log a version was folded. Index: checkpoint_pk.
const LINEAGE: &str =
    "select lineage from control.checkpoint where projection = $1 and version = $2 and shard = 0";

/// All versions of one projection. Index: projection_pk. Why this order: the age.
const LIST: &str =
    "select projection, version, state from control.projection where projection = $1 order by version";

/// A version in another state. Index: projection_pk.
const SET_STATE: &str = "update control.projection set state = $3, since = clock_timestamp() \
    where projection = $1 and version = $2 and state <> 'published'";

impl Hold {
    /// Connects as the owner of the schemas.
    ///
    /// # Errors
    /// When the database is unreachable, or somebody else holds the projection.
    pub async fn take(url: &str, projection: &str) -> Result<Self, VersionError> {
        let mut connection = pool::operator(url).await.map_err(VersionError::Connect)?;
        let is_free: bool = sqlx::query_scalar(HOLD).bind(projection).fetch_one(&mut connection).await?;
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
        let versions = sqlx::query_as(LIST).bind(&self.projection);
        Ok(versions.fetch_all(&mut self.connection).await?)
    }

    /// How far a version is folded; `None` before its first event.
    pub async fn position(&mut self, version: i32) -> Result<Option<i64>, VersionError> {
        let position = sqlx::query_scalar(include_str!("position.sql")).bind(&self.projection);
        Ok(position.bind(version).fetch_optional(&mut self.connection).await?)
    }

    /// From which log a version is folded; `None` before its first event.
    pub async fn lineage(&mut self, version: i32) -> Result<Option<String>, VersionError> {
        let lineage = sqlx::query_scalar(LINEAGE).bind(&self.projection);
        Ok(lineage.bind(version).fetch_optional(&mut self.connection).await?)
    }

    /// Whether the reducers fold a version: their last sign of life is younger than its state.
    pub async fn is_taken_up(&mut self, version: i32) -> Result<bool, VersionError> {
        let taken_up = sqlx::query_scalar(include_str!("is_taken_up.sql")).bind(&self.projection);
        Ok(taken_up.bind(version).fetch_one(&mut self.connection).await?)
    }

    /// Gives a version that is not published to the reducers, or takes it from them.
    pub async fn set_state(&mut self, version: i32, state: State) -> Result<(), VersionError> {
        sqlx::query(SET_STATE)
            .bind(&self.projection)
            .bind(version)
            .bind(state)
            .execute(&mut self.connection)
            .await?;
        Ok(())
    }
}
