//! Expected rows against those that are there.

use std::collections::BTreeMap;

use data_set::audit::{Audit, Table};
use serde_json::Value;

use crate::error::VerifyError;
use crate::inputs::Inputs;
use crate::model::Model;
use crate::pace::Pace;
use crate::report::{Difference, TableReport};
use crate::rows::Rows;
use crate::scope::Touched;

/// What is compared, and how much of what differs is kept.
pub(crate) struct Comparison<'a> {
    pub(crate) projection: &'static str,
    pub(crate) touched: Option<&'a Touched>,
    pub(crate) pace: Pace,
    pub(crate) kept_max: usize,
    /// Table and rows so far.
    pub(crate) progress: &'a (dyn Fn(&str, u64) + Sync),
}

/// Reads what the expected rows depend on.
pub(crate) async fn inputs(audit: &mut Audit, position: i64) -> Result<Inputs, VerifyError> {
    let mut inputs = Inputs { position, split_from: audit.split_from().await?, ..Inputs::default() };
    let number = |row: &Value, column: &str| row[column].as_i64().unwrap_or_default();
    for table in audit.tables().await?.iter().filter(|table| ["author", "merged"].contains(&&*table.name)) {
        audit.open_table(table).await?;
        loop {
            let rows = audit.next_rows(table, FETCHED_MAX).await?;
            if rows.is_empty() {
                break;
            }
            for row in rows {
                if table.name == "merged" {
                    let key = (number(&row, "owner"), number(&row, "author"));
                    inputs.merged.insert(key, number(&row, "since"));
                } else if row["is_merged"] == Value::Bool(true) {
                    inputs.merged_authors.insert(number(&row, "account"));
                }
            }
        }
    }
    Ok(inputs)
}

/// Rows that are read at once, where nothing asks for fewer.
const FETCHED_MAX: u32 = 2_000;

impl Comparison<'_> {
    /// Every table of the projection, each with its report.
    pub(crate) async fn run(
        &self,
        audit: &mut Audit,
        model: &Model,
        inputs: &Inputs,
    ) -> Result<Vec<(Table, TableReport)>, VerifyError> {
        let mut reports = Vec::new();
        for table in audit.tables().await? {
            // Without this an oracle of an older version would call all rows of a new table wrong.
            let Some(rows) = model.table(&table.name, inputs) else {
                return Err(VerifyError::UnknownTable { table: table.name, projection: self.projection });
            };
            let expected = self.expected(&table, rows);
            let report = self.table(audit, &table, expected).await?;
            reports.push((table, report));
        }
        let is_there = |name: &str| reports.iter().any(|(table, _)| table.name == name);
        match model.tables().iter().find(|name| !is_there(name)) {
            Some(table) => Err(VerifyError::NoTable { table, projection: self.projection }),
            None => Ok(reports),
        }
    }

    fn expected(&self, table: &Table, rows: Rows<'_>) -> BTreeMap<String, String> {
        rows.filter(|row| self.holds(table, row))
            .map(|row| (cells(&table.key, &row), cells(&table.columns, &row)))
            .collect()
    }

    /// `expected`: cells of rows by the cells of their keys.
    async fn table(
        &self,
        audit: &mut Audit,
        table: &Table,
        mut expected: BTreeMap<String, String>,
    ) -> Result<TableReport, VerifyError> {
        let mut report = TableReport { table: table.name.clone(), ..TableReport::default() };
        audit.open_table(table).await?;
        let chunk = u32::try_from(self.pace.chunk()).unwrap_or(FETCHED_MAX);
        loop {
            let rows = audit.next_rows(table, chunk).await?;
            if rows.is_empty() {
                break;
            }
            let count = rows.len();
            for found in rows.into_iter().filter(|row| self.holds(table, row)) {
                report.compared += 1;
                let row = expected.remove(&cells(&table.key, &found));
                if row.as_ref() != Some(&cells(&table.columns, &found)) {
                    let row = row.map(|cells| row_of(table, &cells));
                    report.add(difference(table, row, Some(found)), self.kept_max);
                }
            }
            (self.progress)(&table.name, report.compared);
            self.pace.rest(count).await;
        }
        for cells in expected.into_values() {
            report.add(difference(table, Some(row_of(table, &cells)), None), self.kept_max);
        }
        Ok(report)
    }

    fn holds(&self, table: &Table, row: &Value) -> bool {
        self.touched.is_none_or(|touched| touched.holds(self.projection, &table.name, row))
    }
}

/// Columns of a row as one text: the same for the same values, and compact.
fn cells(columns: &[String], row: &Value) -> String {
    Value::from(columns.iter().map(|column| row[column].clone()).collect::<Vec<_>>()).to_string()
}

/// The way back.
fn row_of(table: &Table, cells: &str) -> Value {
    // It was written just above.
    let cells: Vec<Value> = serde_json::from_str(cells).unwrap_or_default();
    Value::Object(table.columns.iter().cloned().zip(cells).collect())
}

fn difference(table: &Table, expected: Option<Value>, found: Option<Value>) -> Difference {
    let row = found.as_ref().or(expected.as_ref());
    let cell = |column: &String| (column.clone(), row.map_or(Value::Null, |row| row[column].clone()));
    Difference { key: Value::Object(table.key.iter().map(cell).collect()), expected, found }
}
