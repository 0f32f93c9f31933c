//! What a statement is answered, as text.

use sqlx::postgres::PgRow;
use sqlx::{AssertSqlSafe, Column, PgConnection, Row, TypeInfo, ValueRef};

const NUMBERS: [&str; 5] = ["INT2", "INT4", "INT8", "NUMERIC", "FLOAT8"];

#[derive(Debug, PartialEq, Eq)]
pub(super) struct Answer {
    columns: Vec<(String, bool)>,
    /// Null is empty.
    pub(super) rows: Vec<Vec<String>>,
}

/// By the protocol that psql uses, in which everything comes as text.
pub(super) async fn ask(connection: &mut PgConnection, sql: &str) -> Answer {
    let rows = sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).fetch_all(connection).await;
    let rows = rows.unwrap_or_else(|error| panic!("{error}:\n{sql}"));
    let columns = rows.first().map_or(&[][..], Row::columns).iter();
    let columns =
        columns.map(|column| (column.name().to_owned(), NUMBERS.contains(&column.type_info().name())));
    Answer { columns: columns.collect(), rows: rows.iter().map(texts).collect() }
}

fn texts(row: &PgRow) -> Vec<String> {
    let values = (0..row.len()).map(|index| {
        let value = row.try_get_raw(index).expect("it has such a column");
        if value.is_null() { String::new() } else { value.as_str().expect("it is text").to_owned() }
    });
    values.collect()
}

impl Answer {
    pub(super) fn markdown(&self) -> String {
        let names = self.columns.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
        let rules = self.columns.iter().map(|(_, is_number)| if *is_number { "---:" } else { "---" });
        let head = [line(&names), format!("|{}|\n", rules.collect::<Vec<_>>().join("|"))];
        head.into_iter().chain(self.rows.iter().map(|row| line(row))).collect()
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.columns.iter().map(|(name, _)| name.as_str())
    }

    pub(super) fn texts(&self, name: &str) -> Vec<String> {
        let index = self.names().position(|other| other == name);
        let index = index.unwrap_or_else(|| panic!("no column {name}"));
        self.rows.iter().map(|row| row[index].clone()).collect()
    }

    /// Where there are no nulls.
    pub(super) fn numbers(&self, name: &str) -> Vec<f64> {
        self.texts(name).iter().map(|text| text.parse().expect("it is a number")).collect()
    }
}

fn line(cells: &[String]) -> String {
    format!("| {} |\n", cells.join(" | "))
}
