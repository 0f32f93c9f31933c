//! The rows of a table, in the order of its key.

use serde_json::Value;
use sqlx::AssertSqlSafe;

use super::error::AuditError;
use super::table::Table;
use super::transaction::Audit;

impl Audit {
    /// Begins to read a table; [`Self::next_rows`] goes on.
    pub async fn open_table(&mut self, table: &Table) -> Result<(), AuditError> {
        let (path, key) = (&table.path, table.key_columns());
        let sql = format!(
            "declare audited no scroll cursor for select to_jsonb(t)::text from {path} t order by {key}"
        );
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut *self.transaction).await?;
        Ok(())
    }

    /// The next rows of the table that is open, at most so many. If none are left, the table is closed.
    pub async fn next_rows(&mut self, table: &Table, max: u32) -> Result<Vec<Value>, AuditError> {
        let sql = format!("fetch {max} from audited");
        let rows: Vec<String> =
            sqlx::query_scalar(AssertSqlSafe(sql)).fetch_all(&mut *self.transaction).await?;
        if rows.is_empty() {
            sqlx::raw_sql("close audited").execute(&mut *self.transaction).await?;
        }
        let parse = |row: &String| serde_json::from_str(row);
        rows.iter()
            .map(parse)
            .collect::<Result<_, _>>()
            .map_err(|source| AuditError::Row { table: table.path.clone(), source })
    }
}
