//! Which schema names without one mean.

use postgres_kit::Connection;

/// What names without a schema mean, for this transaction. Index: none.
const LOOK_IN: &str = "select set_config('search_path', $1, true)";

/// Until the end of the transaction, names without a schema mean this one.
pub(super) async fn look_in(connection: &mut Connection, schema: &str) -> Result<(), sqlx::Error> {
    sqlx::query(LOOK_IN).bind(schema).execute(connection).await.map(drop)
}
