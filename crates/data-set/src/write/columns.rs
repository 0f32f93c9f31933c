//! Rows that are sent as arrays, one per column.

/// One column of some rows.
pub(super) fn column<'a, Row, Value>(rows: &'a [Row], value: impl Fn(&'a Row) -> Value) -> Vec<Value> {
    rows.iter().map(value).collect()
}

/// A `text[]` as Postgres writes it. Arrays of arrays cannot be ragged, so each row's tags travel as one text.
pub(super) fn array_literal(tags: &[String]) -> String {
    let mut literal = String::from("{");
    for (index, tag) in tags.iter().enumerate() {
        if index > 0 {
            literal.push(',');
        }
        literal.push('"');
        for character in tag.chars() {
            if matches!(character, '"' | '\\') {
                literal.push('\\');
            }
            literal.push(character);
        }
        literal.push('"');
    }
    literal.push('}');
    literal
}
