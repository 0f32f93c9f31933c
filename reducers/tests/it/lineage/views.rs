//! What the views show of a history, and in which columns two of them differ.

use std::collections::{BTreeMap, BTreeSet};

use data_set::Pool;
use data_set::published::events::POSITION;
use data_set::published::{Column, Kind, SCHEMA, Transformation, VIEWS, View};
use data_set::write::{ProjectionKey, resume};
use domain::{Event, Position};
use reducers::history::History;
use reducers::social::Social;
use reducers::{Fold, KnownEvent};
use serde_json::Value;
use sqlx::AssertSqlSafe;

use crate::rows::{DataSet, write_known};

/// The rows of each view, by its key, as JSON text: most are the same, and need not be parsed.
pub(super) type Views = BTreeMap<&'static str, Rows>;
type Rows = BTreeMap<String, String>;

/// How a view differs. A row whose key is another one is the same row, if more than half of its columns are as before, and
/// the event that it came from, where the view says which. Rows of counts are nobody's.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Difference {
    /// In a column of rows that both have.
    Column(&'static str, &'static str),
    /// By as many rows on either side, which differ in these columns: keys are other ones, or rows came and went.
    Exchanged(&'static str, BTreeSet<&'static str>),
    /// By rows that one of them does not have, with values of keys that the other has nowhere.
    Rows(&'static str, BTreeSet<&'static str>),
}

/// A data set into which one history is folded after the other.
pub(super) struct Bench {
    data_set: DataSet,
    pools: [Pool; 2],
    sql: String,
}

/// Views that say how the system runs are made of no events.
pub(super) fn folded() -> impl Iterator<Item = &'static View> {
    VIEWS.iter().filter(|view| view.projection().is_some())
}

impl Bench {
    pub(super) async fn start() -> Self {
        let data_set = DataSet::start().await;
        let pools = ["social", "history"].map(|projection| data_set.worker_pool(projection));
        let of_view = |view: &View| {
            let key = view.primary_key.join(", ");
            format!(
                "select '{0}', jsonb_build_array({key})::text, to_jsonb(v)::text from {SCHEMA}.{0} v",
                view.name
            )
        };
        let sql = folded().map(of_view).collect::<Vec<_>>().join(" union all ");
        Self { data_set, pools, sql }
    }

    /// Folds it from the begin, with the reducers' own folds, and reads the views.
    pub(super) async fn show(&self, mut events: Vec<KnownEvent>) -> Views {
        self.data_set.empty().await;
        self.data_set.empty_past().await;
        // Decisions about events are obeyed by the workers, and reach no fold.
        events.retain(|known| !matches!(known.event, Event::Projection(_)));
        let to = events.last().expect("not empty").position;
        let folds: [&dyn Fold; 2] = [&Social, &History];
        for (fold, pool) in folds.into_iter().zip(&self.pools) {
            let lineage = "test".to_owned();
            let key = ProjectionKey { projection: fold.name(), version: 1, shard: 0, lineage };
            resume(pool, &key).await.expect("a checkpoint");
            let events = events.clone();
            write_known(fold, pool, &key, (Position::ZERO, to), events).await.expect("written");
        }
        self.read().await
    }

    async fn read(&self) -> Views {
        let rows: Vec<(String, String, String)> = sqlx::query_as(AssertSqlSafe(self.sql.clone()))
            .fetch_all(&self.data_set.pool)
            .await
            .expect("readable");
        let mut views: Views = folded().map(|view| (view.name, Rows::new())).collect();
        for (name, key, row) in rows {
            views.get_mut(name.as_str()).expect("it is one of them").insert(key, row);
        }
        views
    }
}

pub(super) fn differences(one: &Views, other: &Views) -> BTreeSet<Difference> {
    let mut found = BTreeSet::new();
    for view in folded() {
        let (one, other) = (&one[view.name], &other[view.name]);
        let both = one.iter().filter_map(|(key, row)| Some((row, other.get(key)?)));
        for (row, changed) in both.filter(|(row, changed)| row != changed) {
            let (row, changed) = (parse(row), parse(changed));
            let columns = view.columns.iter().map(|column| column.name);
            let differ = columns.filter(|column| row[*column] != changed[*column]);
            found.extend(differ.map(|column| Difference::Column(view.name, column)));
        }
        let (gone, new) = (only_in(one, other), only_in(other, one));
        let columns = view.columns.iter().map(|column| column.name);
        let differ = columns.filter(|column| values(&gone, column) != values(&new, column));
        match (gone.as_slice(), new.as_slice()) {
            ([], []) => {}
            ([one], [other]) if are_the_same(view, one, other) => {
                found.extend(differ.map(|column| Difference::Column(view.name, column)));
            }
            _ if gone.len() == new.len() => {
                _ = found.insert(Difference::Exchanged(view.name, differ.collect()))
            }
            _ => {
                let keys = view.columns.iter().map(|column| column.name);
                let keys = keys.filter(|column| is_of_key(view, column));
                let is_new = |key: &&str| has_new(one, other, key) || has_new(other, one, key);
                found.insert(Difference::Rows(view.name, keys.filter(is_new).collect()));
            }
        }
    }
    found
}

fn are_the_same(view: &View, one: &Value, other: &Value) -> bool {
    let counts = view.columns.iter().any(|column| column.made_by == Transformation::Aggregation);
    let is_counted = counts
        && view.columns.iter().all(|column| {
            is_of_key(view, column.name)
                || column.made_by == Transformation::Aggregation
                || column.lineage.is_empty()
        });
    let agree = |name: &str| !one[name].is_null() && one[name] == other[name];
    // Where it came from.
    let origins: Vec<_> = view.columns.iter().filter(|column| is_origin(column)).collect();
    let is_from_there = origins.is_empty() || origins.iter().any(|column| agree(column.name));
    !is_counted
        && is_from_there
        && 2 * view.columns.iter().filter(|column| agree(column.name)).count() > view.columns.len()
}

fn is_origin(column: &Column) -> bool {
    !column.is_nullable
        && column.kind == Kind::BigInt
        && column.lineage.iter().any(|field| field.field == POSITION)
}

/// Or says it once more, as text.
pub(super) fn is_of_key(view: &View, column: &str) -> bool {
    view.primary_key.contains(&column) || column.ends_with("id_text")
}

fn parse(row: &str) -> Value {
    serde_json::from_str(row).expect("Postgres writes JSON")
}

fn only_in(one: &Rows, other: &Rows) -> Vec<Value> {
    one.iter().filter(|(key, _)| !other.contains_key(*key)).map(|(_, row)| parse(row)).collect()
}

/// Whether a column has a value that it does not have in other rows.
fn has_new(rows: &Rows, others: &Rows, column: &str) -> bool {
    let known: BTreeSet<String> = others.values().map(|row| parse(row)[column].to_string()).collect();
    rows.values().any(|row| !known.contains(&parse(row)[column].to_string()))
}

/// In an order that does not depend on that of the rows.
fn values(rows: &[Value], column: &str) -> Vec<String> {
    let mut values: Vec<String> = rows.iter().map(|row| row[column].to_string()).collect();
    values.sort_unstable();
    values
}
