//! The rows that a file has to hold.

use anyhow::{Context, Result, anyhow};
use data_set::export::{CHANGE_TYPE, Changes, Column, DataSet, Gone};
use export::{Row, Value};
use serde_json::{Value as Json, json};
use verifier::Refolded;

/// As an export makes them, of what was folded.
pub(super) fn expected(
    refolded: &Refolded,
    data_set: &DataSet,
    columns: &[Column],
    since: Option<i64>,
) -> Result<Vec<Row>> {
    let rows = match since {
        None => view(refolded, data_set.name)?,
        Some(since) => changes(refolded, data_set, since)?,
    };
    rows.iter().map(|row| cells(columns, row)).collect()
}

fn view(refolded: &Refolded, name: &str) -> Result<Vec<Json>> {
    refolded
        .view(name)
        .ok_or_else(|| anyhow!("what {name} shows cannot be made of the log alone, so it is not proven"))
}

fn changes(refolded: &Refolded, data_set: &DataSet, since: i64) -> Result<Vec<Json>> {
    let Changes::Kept { changed, gone, .. } = &data_set.changes else {
        return Err(anyhow!("{} does not keep what changed", data_set.name));
    };
    let number = |row: &Json, column: &str| row[column].as_i64();
    let mut rows = view(refolded, data_set.name)?;
    rows.retain(|row| {
        changed.iter().any(|column| number(row, column).is_some_and(|position| position > since))
    });
    rows.iter_mut().for_each(|row| row[CHANGE_TYPE] = json!("upsert"));
    if let Some(Gone { view: from, key, position }) = gone {
        let gone = view(refolded, from)?;
        let was_there = |row: &&Json| {
            number(row, position).is_some_and(|position| position > since)
                && number(row, key).is_some_and(|key| key <= since)
        };
        let keys = gone.iter().filter(was_there);
        rows.extend(keys.map(|row| json!({ CHANGE_TYPE: "delete", *key: row[*key] })));
    }
    Ok(rows)
}

fn cells(columns: &[Column], row: &Json) -> Result<Row> {
    let cell = |column: &Column| {
        let json = &row[column.name];
        let value = Value::from_json(column.kind, json);
        value.with_context(|| format!("{} of the fold is no {}: {json}", column.name, column.kind.sql()))
    };
    columns.iter().map(cell).collect()
}
