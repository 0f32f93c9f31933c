//! Which data sets there are, how fresh each is, and how many rows it has.
//!
//! Counting has a bound. Up to it rows are counted in the statement that gives the position, so they are those of that
//! position; beyond it the planner's estimate has to do, which costs a plan and no rows. Messages are summed from their
//! counts per month, so they are exact however many there are.

use std::fmt::Write as _;
use std::sync::LazyLock;

use serde_json::Value;
use sqlx::postgres::PgRow;
use sqlx::{AssertSqlSafe, Row};
use time::OffsetDateTime;

use super::at::At;
use super::error::ReadError;
use super::run::run;
use crate::pool::Pool;
use crate::published::{SCHEMA, VIEWS, View};

/// Of one data set; some twenty of them are counted for an answer.
const COUNTED_ROWS_MAX: i64 = 10_000;

/// A view as it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct DataSetRow {
    pub view: &'static View,
    /// Every event up to here is in the rows. `None`: they are live, or nothing was folded yet.
    pub position: Option<i64>,
    pub folded_at: Option<OffsetDateTime>,
    pub lag_events: Option<i64>,
    pub lag_seconds: Option<f64>,
    pub rows: RowCount,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowCount {
    Counted(i64),
    Estimated(i64),
}

#[derive(Debug, sqlx::FromRow)]
struct Found {
    view: String,
    position: Option<i64>,
    folded_at: Option<OffsetDateTime>,
    lag_events: Option<i64>,
    lag_seconds: Option<f64>,
    /// Null: there are more than are counted.
    rows: Option<i64>,
}

/// The sum of a few rows of a key: a tag has one per month.
const MESSAGES: &str = "(select coalesce(sum(messages), 0)::bigint from published.tag_counts where tag = '' and grain = 'month')";

/// Freshness and counts of one snapshot. Index: the primary keys of the tables behind the views, walked up to the bound.
/// Why this order: none is needed.
static STATEMENT: LazyLock<String> = LazyLock::new(|| {
    let counts: Vec<String> =
        VIEWS.iter().map(|view| format!("('{}', {})", view.name, count(view))).collect();
    format!(
        "select d.view, d.position, d.folded_at, d.lag_events, d.lag_seconds, n.rows \
         from {SCHEMA}.data_sets d join (values {}) as n (view, rows) on n.view = d.view",
        counts.join(", ")
    )
});

/// The rows of a view as an expression; null where there are more than the bound.
fn count(view: &View) -> String {
    let beyond = COUNTED_ROWS_MAX + 1;
    let bounded = format!(
        "(select nullif(count(*), {beyond}) from (select from {} limit {beyond}) as counted)",
        path(view)
    );
    match view.name {
        "messages" => MESSAGES.to_owned(),
        // They group rows of messages before the first of theirs is there, so only few messages bound them.
        "tag_counts" | "author_counts" => {
            format!("case when {MESSAGES} <= {COUNTED_ROWS_MAX} then {bounded} end")
        }
        _ => bounded,
    }
}

fn path(view: &View) -> String {
    format!("{SCHEMA}.\"{}\"", view.name)
}

/// All data sets, in the order in which they are described, with the position of messages.
pub async fn list_data_sets(pool: &Pool) -> Result<At<Vec<DataSetRow>>, ReadError> {
    let mut found: Vec<Found> =
        run(|| sqlx::query_as(AssertSqlSafe(STATEMENT.as_str())).fetch_all(pool)).await?;
    let mut sets: Vec<(&View, Found)> = Vec::with_capacity(VIEWS.len());
    for view in VIEWS {
        // One that is not there is of a newer description than the database.
        if let Some(at) = found.iter().position(|row| row.view == view.name) {
            sets.push((view, found.swap_remove(at)));
        }
    }
    let many: Vec<&View> = sets.iter().filter(|(_, row)| row.rows.is_none()).map(|(view, _)| *view).collect();
    let mut estimates = estimate(pool, &many).await?.into_iter();
    let data_set = |(view, row): (&'static View, Found)| {
        // There is one for each that was not counted, in their order.
        let rows = row
            .rows
            .map_or_else(|| RowCount::Estimated(estimates.next().unwrap_or_default()), RowCount::Counted);
        let Found { position, folded_at, lag_events, lag_seconds, .. } = row;
        DataSetRow { view, position, folded_at, lag_events, lag_seconds, rows }
    };
    let sets: Vec<DataSetRow> = sets.into_iter().map(data_set).collect();
    let messages = sets.iter().find(|set| set.view.name == "messages");
    Ok(At { position: messages.and_then(|set| set.position).unwrap_or(0), value: sets })
}

/// What the planner expects, for all of them in one round trip.
async fn estimate(pool: &Pool, views: &[&View]) -> Result<Vec<i64>, ReadError> {
    if views.is_empty() {
        return Ok(Vec::new());
    }
    let mut plans = String::new();
    for view in views {
        // Writing to a string does not fail.
        _ = write!(plans, "explain (format json) select from {};", path(view));
    }
    let rows = run(|| sqlx::raw_sql(AssertSqlSafe(plans.as_str())).fetch_all(pool)).await?;
    let expected = |row: &PgRow| {
        let plan: Value = row.try_get(0)?;
        Ok(plan.pointer("/0/Plan/Plan Rows").and_then(Value::as_i64).unwrap_or_default())
    };
    Ok(rows.iter().map(expected).collect::<Result<_, sqlx::Error>>()?)
}
