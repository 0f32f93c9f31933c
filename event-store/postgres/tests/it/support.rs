//! A Postgres of a test's own, as durable as in production: the log refuses any other.

use event_store::{AppendError, EventLog, Expected, conformance};
use event_store_postgres::{PostgresConfig, PostgresLog};
use sqlx::{Connection, PgConnection};
use testkit::{Postgres, PostgresConfig as ServerConfig};

pub(crate) async fn server() -> Postgres {
    Postgres::start_with(ServerConfig::default().durable()).await
}

pub(crate) fn config(server: &Postgres) -> PostgresConfig {
    PostgresConfig::new(server.url(), "test")
}

pub(crate) async fn open(server: &Postgres) -> PostgresLog {
    PostgresLog::open(&config(server)).await.expect("the log opens")
}

pub(crate) async fn connection(url: &str) -> PgConnection {
    PgConnection::connect(url).await.expect("the server answers")
}

pub(crate) async fn run(connection: &mut PgConnection, sql: &'static str) -> Result<(), String> {
    sqlx::raw_sql(sql).execute(connection).await.map(drop).map_err(|error| error.to_string())
}

/// Posts something and gives its sequence.
pub(crate) async fn post(log: &dyn EventLog, author: i64, text: &str) -> Result<u64, AppendError> {
    let command = conformance::command();
    let event = conformance::posted(log, author, text, command, Expected::Any);
    let appended = log.append(command, vec![event]).await?;
    Ok(appended.positions[0].sequence().get())
}
