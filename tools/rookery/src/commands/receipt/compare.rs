//! Two lists of rows in the order of their key.

use std::cmp::Ordering;
use std::fmt;

use data_set::export::{Column, DataSet};
use export::{Row, Value};
use serde_json::{Map, Value as Json};

/// A row that is not what it should be: missing where nothing was found, too much where nothing is expected.
#[derive(Debug, PartialEq)]
pub(super) struct Difference {
    key: Json,
    /// Column, expected and found.
    cells: Vec<(&'static str, Value, Value)>,
    kind: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Missing,
    TooMuch,
    Different,
}

pub(super) fn compare(
    data_set: &DataSet,
    columns: &[Column],
    expected: &[Row],
    found: &[Row],
) -> Vec<Difference> {
    let key = Key::new(data_set, columns);
    let (mut expected, mut found) = (expected.iter().peekable(), found.iter().peekable());
    let mut differences = Vec::new();
    loop {
        let ordering = match (expected.peek(), found.peek()) {
            (None, None) => return differences,
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(expected), Some(found)) => key.compare(expected, found),
        };
        let expected = if ordering.is_le() { expected.next() } else { None };
        let found = if ordering.is_ge() { found.next() } else { None };
        differences.extend(difference(&key, columns, expected, found));
    }
}

fn difference(
    key: &Key<'_>,
    columns: &[Column],
    expected: Option<&Row>,
    found: Option<&Row>,
) -> Option<Difference> {
    let (kind, cells) = match (expected, found) {
        (Some(expected), Some(found)) => {
            let cells = columns.iter().zip(expected).zip(found).filter(|((_, one), other)| one != other);
            let cells: Vec<_> =
                cells.map(|((column, one), other)| (column.name, one.clone(), other.clone())).collect();
            if cells.is_empty() {
                return None;
            }
            (Kind::Different, cells)
        }
        (Some(_), None) => (Kind::Missing, Vec::new()),
        _ => (Kind::TooMuch, Vec::new()),
    };
    Some(Difference { key: key.json(found.or(expected)?), cells, kind })
}

struct Key<'a> {
    columns: &'a [Column],
    places: Vec<usize>,
}

impl<'a> Key<'a> {
    fn new(data_set: &DataSet, columns: &'a [Column]) -> Self {
        let place = |name: &&str| columns.iter().position(|column| column.name == *name);
        Self { columns, places: data_set.key.iter().filter_map(place).collect() }
    }

    fn compare(&self, one: &Row, other: &Row) -> Ordering {
        let parts = self.places.iter().map(|place| one[*place].compare(&other[*place]));
        parts.fold(Ordering::Equal, Ordering::then)
    }

    fn json(&self, row: &Row) -> Json {
        let cell = |place: &usize| (self.columns[*place].name.to_owned(), row[*place].to_json());
        Json::Object(self.places.iter().map(cell).collect::<Map<_, _>>())
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.kind {
            Kind::Missing => "missing",
            Kind::TooMuch => "too much",
            Kind::Different => "different",
        };
        write!(formatter, "{what}: {}", self.key)?;
        for (column, expected, found) in &self.cells {
            write!(formatter, "\n  {column}: expected {}, found {}", expected.to_json(), found.to_json())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(position: i64, action: &str) -> Row {
        let text = |text: &str| Value::Text(text.to_owned());
        vec![
            Value::Integer(position),
            Value::Integer(1),
            text(action),
            Value::Null,
            Value::Texts(Vec::new()),
            Value::Integer(2),
            Value::Timestamp(0),
        ]
    }

    #[test]
    fn each_row_that_differs_is_named() {
        let data_set = data_set::export::find("moderation_actions").expect("it is there");
        let columns = data_set.file_columns(None);
        let expected = [row(256, "warn"), row(512, "lift"), row(768, "roles")];
        assert_eq!(compare(&data_set, &columns, &expected, &expected), []);
        // The second is there twice, the first is not, the third differs, and behind it stands another one.
        let found = [row(512, "lift"), row(512, "lift"), row(768, "warn"), row(1024, "warn")];
        let differences = compare(&data_set, &columns, &expected, &found);
        let words: Vec<String> = differences.iter().map(ToString::to_string).collect();
        assert_eq!(
            words,
            [
                r#"missing: {"position":256}"#,
                r#"too much: {"position":512}"#,
                "different: {\"position\":768}\n  action: expected \"roles\", found \"warn\"",
                r#"too much: {"position":1024}"#,
            ]
        );
    }
}
