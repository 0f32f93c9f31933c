//! The description of [`crate::published`] in the database: comments on views and columns, and the views that
//! `published.data_sets` lists.
//!
//! It is written after every migration, and only where it differs. A switch of versions replaces views without a change of
//! their columns, which keeps comments.

use std::collections::HashMap;

use postgres_kit::Connection;
use sqlx::AssertSqlSafe;

use crate::pool;
use crate::published::{SCHEMA, VIEWS};

/// Several processes describe one after the other: two comments on one column at the same moment are an error. Index:
/// none. Reads go on.
const LOCK: &str = "lock table control.data_set in share row exclusive mode";

/// Brings comments and the list of views up to date. Safe to run at any time, from several processes at once.
///
/// What this binary knows and the database does not is left out: a newer one may have brought it to another shape.
///
/// # Errors
/// When the database is unreachable, or the user does not own the views.
pub(crate) async fn describe(url: &str) -> Result<(), sqlx::Error> {
    let mut connection = pool::operator(url).await?;
    let mut transaction = connection.begin().await?;
    sqlx::raw_sql(LOCK).execute(&mut *transaction).await?;
    let comments = comments_to_make(&mut transaction).await?;
    if !comments.is_empty() {
        // In one go: a new database lacks all of them.
        sqlx::raw_sql(AssertSqlSafe(comments.join(";\n"))).execute(&mut *transaction).await?;
    }
    sqlx::query(include_str!("describe/list.sql"))
        .bind(VIEWS.iter().map(|view| view.name).collect::<Vec<_>>())
        .bind(VIEWS.iter().map(|view| view.projection()).collect::<Vec<_>>())
        .execute(&mut *transaction)
        .await?;
    transaction.commit().await?;
    connection.close().await;
    Ok(())
}

async fn comments_to_make(connection: &mut Connection) -> Result<Vec<String>, sqlx::Error> {
    let there: Vec<(String, Option<String>, Option<String>)> =
        sqlx::query_as(include_str!("describe/comments.sql")).bind(SCHEMA).fetch_all(connection).await?;
    let there: HashMap<(String, Option<String>), Option<String>> =
        there.into_iter().map(|(view, column, comment)| ((view, column), comment)).collect();
    let mut statements = Vec::new();
    for view in VIEWS {
        let of_columns = view.columns.iter().map(|column| (Some(column.name), column.comment()));
        for (column, comment) in std::iter::once((None, view.comment())).chain(of_columns) {
            let known = there.get(&(view.name.to_owned(), column.map(str::to_owned)));
            if known.is_some_and(|known| known.as_ref() != Some(&comment)) {
                statements.push(statement(view.name, column, &comment));
            }
        }
    }
    Ok(statements)
}

/// Statements of this kind take no parameters.
fn statement(view: &str, column: Option<&str>, comment: &str) -> String {
    let comment = comment.replace('\'', "''");
    match column {
        Some(column) => format!("comment on column {SCHEMA}.{view}.{column} is '{comment}'"),
        None => format!("comment on view {SCHEMA}.{view} is '{comment}'"),
    }
}
