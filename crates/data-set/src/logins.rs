//! The users that services and analysts connect as: members of the group roles that the migrations make.
//!
//! Which user may do what is decided there, by grants to the groups. Read-only transactions are a second bolt: a slip,
//! such as a write in a query, fails even where a grant was too generous. Analysts are kept within bounds besides
//! (`guard.sql`): a user may change its own settings and password, so somebody has to look again and again
//! ([`crate::analysts`]).

use postgres_kit::Connection;

use crate::pool;

/// What a user is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Group {
    /// Folds events: writes rows and checkpoints.
    Reducer,
    /// Reads what is published, within bounds.
    Analyst,
    /// Reads what is published, and what accounts keep to themselves.
    QueryApi,
}

/// A user that can log in.
#[derive(Clone)]
pub struct Login {
    pub name: String,
    pub password: String,
    pub group: Group,
}

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("the data set cannot be reached")]
    Connect(#[source] sqlx::Error),
    #[error("the user {name} cannot be made")]
    Make {
        name: String,
        #[source]
        source: sqlx::Error,
    },
    #[error("what every user may do cannot be narrowed")]
    Narrow(#[source] sqlx::Error),
    #[error("what keeps analysts within bounds cannot be made")]
    Guard(#[source] sqlx::Error),
}

/// Makes the users, or gives those that exist the password and the group that are given here.
///
/// Needs a superuser, after [`crate::migrate::migrate`]. It also takes from everybody what Postgres grants to each
/// user: other databases, temporary tables, large objects and advisory locks, with which a mere reader could fill the
/// disk or hold up others.
///
/// # Errors
/// When the database is unreachable, or the user of the URL may not make users.
pub async fn ensure(url: &str, logins: &[Login]) -> Result<(), Error> {
    let mut connection = pool::operator(url).await.map_err(Error::Connect)?;
    run(&mut connection, include_str!("logins/narrow.sql")).await.map_err(Error::Narrow)?;
    run(&mut connection, include_str!("logins/guard.sql")).await.map_err(Error::Guard)?;
    for login in logins {
        make(&mut connection, login)
            .await
            .map_err(|source| Error::Make { name: login.name.clone(), source })?;
    }
    connection.close().await;
    Ok(())
}

async fn make(connection: &mut Connection, login: &Login) -> Result<(), sqlx::Error> {
    // A statement that makes a user takes no parameters, so they travel as settings of the connection, quoted by
    // the server. Like that the password is not part of any statement that might be logged.
    sqlx::query(include_str!("logins/settings.sql"))
        .bind(&login.name)
        .bind(&login.password)
        .bind(login.group.role())
        .bind(login.group.reads_only().to_string())
        .execute(&mut *connection)
        .await?;
    run(connection, include_str!("logins/make.sql")).await
}

/// Blocks of PL/pgSQL cannot be prepared with parameters, so they go to the server as they are.
async fn run(connection: &mut Connection, sql: &'static str) -> Result<(), sqlx::Error> {
    sqlx::raw_sql(sql).execute(connection).await.map(drop)
}

impl Group {
    /// See the migration `roles`.
    fn role(self) -> &'static str {
        match self {
            Self::Reducer => "rookery_reducer",
            Self::Analyst => "rookery_analyst",
            Self::QueryApi => "rookery_query_api",
        }
    }

    fn reads_only(self) -> bool {
        match self {
            Self::Reducer => false,
            Self::Analyst | Self::QueryApi => true,
        }
    }
}

impl std::fmt::Debug for Login {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { name, group, .. } = self;
        formatter.debug_struct("Login").field("name", name).field("group", group).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
