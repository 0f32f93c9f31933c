//! Which schema names without one mean.

use postgres_kit::Connection;

/// Until the end of the transaction, names without a schema mean this one.
pub(super) async fn look_in(connection: &mut Connection, schema: &str) -> Result<(), sqlx::Error> {
    sqlx::query(include_str!("look_in.sql")).bind(schema).execute(connection).await.map(drop)
}
