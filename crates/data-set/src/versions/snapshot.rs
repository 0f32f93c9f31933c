//! Two versions side by side, row by row.
//!
//! Each is read in one snapshot, both at the same position. The rows of a table stream from both in the order of its
//! key and are merged, so no table has to fit into memory, here or there.

use futures::stream::BoxStream;
use futures::{StreamExt, TryStreamExt};
use postgres_kit::Connection;
use serde::Serialize;
use sqlx::AssertSqlSafe;

use super::error::VersionError;
use crate::pool;
use crate::write::schema;

/// Of each kind of difference, so many rows are kept to be shown.
pub const ROWS_SHOWN: usize = 20;

/// One version at one moment.
#[derive(Debug)]
pub struct Snapshot {
    connection: Connection,
    schema: String,
    /// Every event up to it is folded into the rows.
    pub position: i64,
}

/// Everything from here on is of one moment. Index: none.
const BEGIN_SNAPSHOT: &str = "begin isolation level repeatable read read only";

impl Snapshot {
    /// # Errors
    /// When the database is unreachable.
    pub async fn open(url: &str, projection: &str, version: i32) -> Result<Self, VersionError> {
        let mut connection = pool::operator(url).await.map_err(VersionError::Connect)?;
        sqlx::raw_sql(BEGIN_SNAPSHOT).execute(&mut connection).await?;
        let position: Option<i64> = sqlx::query_scalar(include_str!("position.sql"))
            .bind(projection)
            .bind(version)
            .fetch_optional(&mut connection)
            .await?;
        Ok(Self { connection, schema: schema(projection, version), position: position.unwrap_or(0) })
    }

    /// Its tables, in the order of their names.
    ///
    /// # Errors
    /// When the database is gone.
    pub async fn tables(&mut self) -> Result<Vec<Table>, VersionError> {
        let tables = sqlx::query_as(include_str!("tables.sql")).bind(&self.schema);
        Ok(tables.fetch_all(&mut self.connection).await?)
    }

    fn rows<'a>(&'a mut self, sql: &'a str) -> BoxStream<'a, Result<Keyed, sqlx::Error>> {
        sqlx::query_as(AssertSqlSafe(sql)).persistent(false).fetch(&mut self.connection).boxed()
    }

    fn select(&self, table: &Table) -> String {
        let Table { name, parts, key, order, .. } = table;
        let schema = &self.schema;
        format!(
            "select array[{parts}]::text[] as key, {key} as shown, to_jsonb(t)::text as row \
             from \"{schema}\".\"{name}\" t order by {order}"
        )
    }
}

/// A table, and how its key is compared.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Table {
    pub name: String,
    /// How many rows the server believes it has.
    pub rows: i64,
    /// Expressions, in SQL: the parts of the key as text, the key for people, and the order of the rows.
    parts: String,
    key: String,
    order: String,
    /// Which parts are numbers; the others are compared by their bytes.
    numeric: Vec<bool>,
}

/// What the two versions of one table have in common, and what not. Left is the published one.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct TableDiff {
    pub table: String,
    pub left_rows: u64,
    pub right_rows: u64,
    pub only_left: u64,
    pub only_right: u64,
    pub changed: u64,
    /// The first of each kind.
    pub only_left_rows: Vec<Row>,
    pub only_right_rows: Vec<Row>,
    pub changed_rows: Vec<Row>,
}

impl TableDiff {
    pub fn differs(&self) -> bool {
        self.only_left + self.only_right + self.changed > 0
    }
}

/// A row of either version, or of both with the same key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Row {
    pub key: serde_json::Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub left: Option<serde_json::Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub right: Option<serde_json::Value>,
}

#[derive(Debug, sqlx::FromRow)]
struct Keyed {
    key: Vec<String>,
    shown: String,
    row: String,
}

/// Compares one table. `seen` is called with every row of the left one.
///
/// # Errors
/// When the database is gone, or the table is not in both.
pub async fn compare(
    left: &mut Snapshot,
    right: &mut Snapshot,
    table: &Table,
    mut seen: impl FnMut(),
) -> Result<TableDiff, VersionError> {
    let (left_sql, right_sql) = (left.select(table), right.select(table));
    let (mut lefts, mut rights) = (left.rows(&left_sql), right.rows(&right_sql));
    let mut diff = TableDiff { table: table.name.clone(), ..TableDiff::default() };
    let (mut one, mut other) = (lefts.try_next().await?, rights.try_next().await?);
    loop {
        let order = match (&one, &other) {
            (None, None) => return Ok(diff),
            (Some(_), None) => std::cmp::Ordering::Less,
            (None, Some(_)) => std::cmp::Ordering::Greater,
            (Some(left), Some(right)) => table.order_of(&left.key, &right.key),
        };
        diff.take(one.as_ref().filter(|_| order.is_le()), other.as_ref().filter(|_| order.is_ge()));
        if order.is_le() {
            seen();
            one = lefts.try_next().await?;
        }
        if order.is_ge() {
            other = rights.try_next().await?;
        }
    }
}

impl Table {
    /// As the server orders them.
    fn order_of(&self, left: &[String], right: &[String]) -> std::cmp::Ordering {
        let mut parts = self.numeric.iter().zip(left.iter().zip(right));
        let differing = parts.find(|(_, (left, right))| left != right);
        differing.map_or(std::cmp::Ordering::Equal, |(numeric, (left, right))| {
            // Numbers of the catalog's integer types fit.
            let number = |text: &str| text.parse::<i128>().unwrap_or_default();
            if *numeric { number(left).cmp(&number(right)) } else { left.as_bytes().cmp(right.as_bytes()) }
        })
    }
}

impl TableDiff {
    fn take(&mut self, left: Option<&Keyed>, right: Option<&Keyed>) {
        self.left_rows += u64::from(left.is_some());
        self.right_rows += u64::from(right.is_some());
        let (count, rows) = match (left, right) {
            (Some(left), Some(right)) if left.row == right.row => return,
            (Some(_), Some(_)) => (&mut self.changed, &mut self.changed_rows),
            (Some(_), None) => (&mut self.only_left, &mut self.only_left_rows),
            (None, Some(_)) => (&mut self.only_right, &mut self.only_right_rows),
            (None, None) => return,
        };
        *count += 1;
        if rows.len() < ROWS_SHOWN {
            // The server made it, so it is JSON.
            let json = |text: &str| serde_json::from_str(text).unwrap_or_default();
            let key = left.or(right).map(|row| json(&row.shown)).unwrap_or_default();
            let (left, right) = (left.map(|row| json(&row.row)), right.map(|row| json(&row.row)));
            rows.push(Row { key, left, right });
        }
    }
}
