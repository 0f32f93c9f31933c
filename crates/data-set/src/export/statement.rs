//! The statements of an export. Names in them come from the description of the data set alone.

use super::data_set::{CHANGE_TYPE, Changes, Column, DataSet, Gone};
use super::error::ExportError;
use crate::published::{Kind, SCHEMA};

/// Keeps the views from being replaced.
pub(super) fn lock(data_set: &DataSet) -> String {
    let mut views = vec!["projections", data_set.name];
    if let Changes::Kept { gone: Some(Gone { view, .. }), .. } = &data_set.changes {
        views.push(view);
    }
    let views: Vec<String> = views.into_iter().map(path).collect();
    format!("lock table {} in access share mode", views.join(", "))
}

pub(super) fn all(data_set: &DataSet) -> String {
    let columns: Vec<String> = data_set.columns.iter().map(cast).collect();
    copy(&format!("select {} from {} order by {}", columns.join(", "), path(data_set.name), order(data_set)))
}

/// Rows that are new or were changed, and the keys of those that went.
pub(super) fn since(data_set: &DataSet, since: i64) -> Result<String, ExportError> {
    let Changes::Kept { changed, gone, .. } = &data_set.changes else {
        return Err(ExportError::ChangesNotKept { data_set: data_set.name });
    };
    let mut tracked = data_set.file_columns(Some(since));
    tracked.retain(|column| column.name != CHANGE_TYPE);
    let columns: Vec<String> = tracked.iter().map(cast).collect();
    let is_behind: Vec<String> =
        changed.iter().map(|column| format!("{} > {since}", quoted(column))).collect();
    let mut rows = format!(
        "select 'upsert'::text as {}, {} from {} where {}",
        quoted(CHANGE_TYPE),
        columns.join(", "),
        path(data_set.name),
        is_behind.join(" or ")
    );
    if let Some(Gone { view, key, position }) = gone {
        let cell = |column: &Column| match column.name == *key {
            true => format!("{}::{}", quoted(column.name), column.kind.sql()),
            false => format!("null::{}", column.kind.sql()),
        };
        let cells: Vec<String> = tracked.iter().map(cell).collect();
        // What came behind `since` and went again was never there for whoever has the rows of then.
        rows.push_str(&format!(
            " union all select 'delete'::text, {} from {} where {} > {since} and {} <= {since}",
            cells.join(", "),
            path(view),
            quoted(position),
            quoted(key)
        ));
    }
    // A union is ordered by its columns alone.
    Ok(copy(&format!("select * from ({rows}) as changes order by {}", order(data_set))))
}

fn copy(query: &str) -> String {
    format!("copy ({query}) to stdout (format binary)")
}

fn cast(column: &Column) -> String {
    let name = quoted(column.name);
    format!("{name}::{} as {name}", column.kind.sql())
}

/// Texts by their bytes, which is the same order everywhere.
fn order(data_set: &DataSet) -> String {
    let part = |name: &&str| {
        let kind = data_set.columns.iter().find(|column| column.name == *name).map(|column| column.kind);
        let collation = if kind == Some(Kind::Text) { " collate \"C\"" } else { "" };
        format!("{}{collation}", quoted(name))
    };
    data_set.key.iter().map(part).collect::<Vec<_>>().join(", ")
}

fn path(view: &str) -> String {
    format!("{SCHEMA}.{}", quoted(view))
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::export::find;

    #[test]
    fn rows_come_in_the_order_of_their_key() {
        let sql = all(&find("message_tags").expect("it is there"));
        assert!(sql.contains(r#"order by "tag" collate "C", "id""#), "{sql}");
        assert!(sql.contains(r#""created_at"::timestamp with time zone as "created_at""#), "{sql}");
    }

    #[test]
    fn what_does_not_keep_its_changes_says_so() {
        let error = since(&find("message_tags").expect("it is there"), 7).expect_err("nothing is kept");
        assert!(matches!(error, ExportError::ChangesNotKept { data_set: "message_tags" }));
    }
}
