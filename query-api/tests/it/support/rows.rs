//! Rows as the reducers would write them.

use data_set::Pool;
use time::OffsetDateTime;

#[derive(Debug, Clone)]
pub(crate) struct Row {
    pub(crate) id: i64,
    pub(crate) author: i64,
    pub(crate) tags: Vec<&'static str>,
    pub(crate) created_at: OffsetDateTime,
}

pub(crate) fn row(id: i64, author: i64, tags: &[&'static str], created_at: &str) -> Row {
    Row { id, author, tags: tags.to_vec(), created_at: at(created_at) }
}

pub(crate) fn at(text: &str) -> OffsetDateTime {
    let format = &time::format_description::well_known::Rfc3339;
    OffsetDateTime::parse(text, format).expect("tests give timestamps")
}

/// Adds messages and moves the checkpoint to the last of them, in one transaction like a fold.
pub(crate) async fn fold(pool: &Pool, rows: &[Row]) {
    let mut transaction = pool.begin().await.expect("a transaction begins");
    for row in rows {
        sqlx::query(include_str!("message.sql"))
            .bind(row.id)
            .bind(row.author)
            .bind(format!("message {}", row.id))
            .bind(&row.tags)
            .bind(row.created_at)
            .execute(&mut *transaction)
            .await
            .expect("a message can be added");
    }
    let recount = sqlx::query(include_str!("recount.sql")).execute(&mut *transaction).await;
    recount.expect("messages can be counted");
    let last = rows.iter().map(|row| row.id).max().unwrap_or(0);
    let checkpoint = sqlx::query(include_str!("checkpoint.sql")).bind(last);
    checkpoint.execute(&mut *transaction).await.expect("the checkpoint moves");
    transaction.commit().await.expect("a transaction commits");
}

/// What a worker reports, some seconds ago.
pub(crate) async fn report(pool: &Pool, head: i64, seconds_ago: f64) {
    let report = sqlx::query(include_str!("report.sql")).bind(head).bind(seconds_ago);
    report.execute(pool).await.expect("a report can be written");
}

pub(crate) async fn execute(pool: &Pool, sql: &'static str) {
    sqlx::raw_sql(sql).execute(pool).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
}
