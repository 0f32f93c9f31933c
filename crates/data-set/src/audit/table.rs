//! Tables.

use super::error::AuditError;

/// A table as the catalog describes it.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Table {
    pub name: String,
    /// With its schema, quoted for statements.
    pub(super) path: String,
    pub columns: Vec<String>,
    /// Of the primary key.
    pub key: Vec<String>,
}

impl Table {
    pub(super) fn error(&self, source: sqlx::Error) -> AuditError {
        AuditError::Repair { table: self.path.clone(), source }
    }

    pub(super) fn key_columns(&self) -> String {
        self.key.iter().map(|column| quoted(column)).collect::<Vec<_>>().join(", ")
    }
}

/// As a name in a statement.
pub(super) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
