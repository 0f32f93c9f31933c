//! The users that services connect as: members of the group roles that the migrations make.

use std::time::Duration;

use postgres_kit::Connection;

use event_store::OpenError;

use crate::error::unopened;

/// To make or to change a user.
const STATEMENT_LIMIT: Duration = Duration::from_secs(30);

/// What a user is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Group {
    /// Appends events, and has the buckets for itself: the dispatcher.
    Writer,
    /// Reads the log and nothing else: the reducers.
    Reader,
    /// Reads the log, and appends which events were given up and what was decided about accounts: an operator's tool.
    Operator,
    /// Changes which keys sign and what was revoked, and sees nothing else.
    Keys,
    /// Reads the log, and keeps the ledger of jobs and the durables of commands: whoever runs them.
    Jobs,
    /// Reads the log, keeps the webhooks, and sees how far durables are: the relay.
    Relay,
}

/// A user that can log in.
#[derive(Clone)]
pub struct User {
    pub name: String,
    pub password: String,
    pub group: Group,
}

impl std::fmt::Debug for User {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("User").field("name", &self.name).field("group", &self.group).finish_non_exhaustive()
    }
}

/// Hands the parameters of make.sql over; they last as long as the connection. Index: none.
const SETTINGS: &str = "select set_config('rookery.user', $1, false), set_config('rookery.password', $2, false), \
    set_config('rookery.group', $3, false)";

/// Makes the users, or gives those that exist the password and the group that are given here, and lets nobody else into
/// the database. Needs a superuser, after [`crate::migrate`].
///
/// # Errors
/// Where the database is unreachable, or the URL's user may not make users.
pub async fn ensure(url: &str, users: &[User]) -> Result<(), OpenError> {
    let options = postgres_kit::options(url, "rookery-users").map_err(unopened)?;
    let mut connection = Connection::open(&options, STATEMENT_LIMIT).await.map_err(unopened)?;
    for user in users {
        // A statement that makes a user takes no parameters, so they travel as settings of the connection, quoted by
        // the server. Like that the password is not part of any statement that might be logged.
        sqlx::query(SETTINGS)
            .bind(&user.name)
            .bind(&user.password)
            .bind(user.group.role())
            .execute(&mut connection)
            .await
            .map_err(unopened)?;
        sqlx::raw_sql(include_str!("users/make.sql")).execute(&mut connection).await.map_err(unopened)?;
    }
    connection.close().await;
    Ok(())
}

impl Group {
    fn role(self) -> &'static str {
        match self {
            Self::Writer => "rookery_log_writer",
            Self::Reader => "rookery_log_reader",
            Self::Operator => "rookery_log_operator",
            Self::Keys => "rookery_log_keys",
            Self::Jobs => "rookery_log_jobs",
            Self::Relay => "rookery_log_relay",
        }
    }
}
