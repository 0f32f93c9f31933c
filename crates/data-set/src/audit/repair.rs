//! Rows that are taken away and put in their place.

use serde_json::Value;
use sqlx::AssertSqlSafe;

use super::error::AuditError;
use super::table::{Table, quoted};
use super::transaction::Audit;

/// Rows of one statement.
const ROWS_MAX: usize = 500;

impl Audit {
    /// Takes away the rows with the keys of these.
    pub async fn delete(&mut self, table: &Table, rows: &[Value]) -> Result<(), AuditError> {
        let same = |column: &String| format!("t.{0} = k.{0}", quoted(column));
        let (path, same) = (&table.path, table.key.iter().map(same).collect::<Vec<_>>().join(" and "));
        let sql =
            format!("delete from {path} t using jsonb_populate_recordset(null::{path}, $1) k where {same}");
        self.send(table, &sql, rows).await
    }

    /// Adds rows whose keys are free.
    pub async fn insert(&mut self, table: &Table, rows: &[Value]) -> Result<(), AuditError> {
        let path = &table.path;
        let sql = format!("insert into {path} select r.* from jsonb_populate_recordset(null::{path}, $1) r");
        self.send(table, &sql, rows).await
    }

    async fn send(&mut self, table: &Table, sql: &str, rows: &[Value]) -> Result<(), AuditError> {
        for some in rows.chunks(ROWS_MAX) {
            sqlx::query(AssertSqlSafe(sql.to_owned()))
                .bind(sqlx::types::Json(some))
                .execute(&mut *self.transaction)
                .await
                .map_err(|source| table.error(source))?;
        }
        Ok(())
    }
}
