//! Analysts, kept within bounds: what the reducers do every second, and what makes way for a switch.
//!
//! Both are functions of the database (`logins/guard.sql`), made together with the logins. They have the rights of a
//! superuser, which no service has.

use postgres_kit::{Connection, Pool};

/// A session that was ended, or a login whose settings or password were restored.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Restrained {
    pub login: String,
    /// In a few words; there are few different ones.
    pub reason: String,
}

/// What the database says where the logins were not made by us.
const NO_GUARD: [&str; 3] = ["3F000", "42883", "42501"];

/// Index: the catalog's own.
const RESTRAIN: &str = "select login_name::text as login, reason from guard.restrain()";

/// Index: the catalog's own.
const MAKE_WAY: &str = "select guard.make_way()";

/// Ends what exceeds the bounds and restores what analysts changed; `None` where nobody made it possible.
///
/// # Errors
/// When the database is unreachable.
pub async fn restrain(pool: &Pool) -> Result<Option<Vec<Restrained>>, sqlx::Error> {
    unless_missing(sqlx::query_as(RESTRAIN).fetch_all(pool).await)
}

/// Ends all sessions of analysts, and lets nobody in for some seconds. How many there were; `None` as above.
pub(crate) async fn make_way(connection: &mut Connection) -> Result<Option<i64>, sqlx::Error> {
    unless_missing(sqlx::query_scalar(MAKE_WAY).fetch_one(connection).await)
}

fn unless_missing<T>(answer: Result<T, sqlx::Error>) -> Result<Option<T>, sqlx::Error> {
    match answer {
        Err(sqlx::Error::Database(error))
            if error.code().is_some_and(|code| NO_GUARD.contains(&code.as_ref())) =>
        {
            Ok(None)
        }
        answer => answer.map(Some),
    }
}
