//! A version of a projection, and what it is for.

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
