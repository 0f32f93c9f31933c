//! What differs between two versions, found and told.

use std::fmt::Write as _;
use std::io::Write as _;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use data_set::versions::{self, Row, Snapshot, TableDiff};
use domain::Position;
use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;
use serde_json::Value;

use super::build::Build;
use super::progress_style;

/// How often it is tried to meet the published version at a position: the new one may be ahead of one that has stood
/// still.
const TRIES: u32 = 50;
const TRY_PERIOD: Duration = Duration::from_millis(200);

/// Two versions at one position.
#[derive(Debug, Serialize)]
pub(super) struct Preview {
    projection: String,
    /// The published version.
    pub(super) left: i32,
    pub(super) right: i32,
    position: String,
    tables: Vec<TableDiff>,
}

/// Compares both versions at the position at which the published one is now.
pub(super) async fn compare(build: &mut Build) -> Result<Preview> {
    let (mut left, mut right) = level(build).await?;
    let tables = left.tables().await?;
    let rows = tables.iter().map(|table| u64::try_from(table.rows).unwrap_or_default()).sum();
    let bar = ProgressBar::new(rows).with_style(style()?);
    let mut diffs = Vec::with_capacity(tables.len());
    for table in &tables {
        bar.set_message(table.name.clone());
        diffs.push(versions::compare(&mut left, &mut right, table, || bar.inc(1)).await?);
    }
    bar.finish_and_clear();
    Ok(Preview {
        projection: build.projection().to_owned(),
        left: build.published,
        right: build.next,
        position: left.position.to_string(),
        tables: diffs,
    })
}

/// Both at one position. The published one cannot be stopped there, but its snapshot stays while the other reaches it.
async fn level(build: &Build) -> Result<(Snapshot, Snapshot)> {
    let (mut left_at, mut right_at) = (0, 0);
    for _ in 0..TRIES {
        let left = Snapshot::open(&build.url, build.projection(), build.published).await?;
        build.replay_to(Position::from_i64(left.position).unwrap_or_default(), |_| ()).await?;
        let right = Snapshot::open(&build.url, build.projection(), build.next).await?;
        if left.position == right.position {
            return Ok((left, right));
        }
        (left_at, right_at) = (left.position, right.position);
        tokio::time::sleep(TRY_PERIOD).await;
    }
    bail!(
        "version {} is at position {right_at} and version {} at {left_at}, which does not move: do the reducers run?",
        build.next,
        build.published
    )
}

impl Preview {
    pub(super) fn differs(&self) -> bool {
        self.tables.iter().any(TableDiff::differs)
    }

    pub(super) fn print(&self, as_json: bool) -> Result<()> {
        let text = if as_json { serde_json::to_string(self)? + "\n" } else { self.to_text() };
        std::io::stdout().write_all(text.as_bytes()).context("write to standard output")
    }

    fn to_text(&self) -> String {
        let Self { projection, left, right, position, tables } = self;
        let mut text = format!("{projection}, versions {left} and {right} at position {position}\n\n");
        let (left, right) = (format!("version {left}"), format!("version {right}"));
        let mut line = |cells: [&str; 6]| {
            let [name, numbers @ ..] = cells;
            write!(text, "{name:<18}").ok();
            for (number, width) in numbers.iter().zip([14, 14, 18, 18, 12]) {
                write!(text, "{number:>width$}").ok();
            }
            text.push('\n');
        };
        line(["table", &left, &right, &format!("only in {left}"), &format!("only in {right}"), "changed"]);
        for table in tables {
            let counts =
                [table.left_rows, table.right_rows, table.only_left, table.only_right, table.changed];
            let counts = counts.map(|count| count.to_string());
            line([&table.table, &counts[0], &counts[1], &counts[2], &counts[3], &counts[4]]);
        }
        for table in tables {
            show(&mut text, table, &format!("only in {left}"), table.only_left, &table.only_left_rows);
            show(&mut text, table, &format!("only in {right}"), table.only_right, &table.only_right_rows);
            show(&mut text, table, "changed", table.changed, &table.changed_rows);
        }
        text
    }
}

fn show(text: &mut String, table: &TableDiff, what: &str, count: u64, rows: &[Row]) {
    if rows.is_empty() {
        return;
    }
    let shown = rows.len();
    // Writing to a string cannot fail.
    writeln!(text, "\n{}, {what}: {shown} of {count}", table.table).ok();
    for row in rows {
        match (&row.left, &row.right) {
            (Some(left), Some(right)) => {
                writeln!(text, "  {}  {}", row.key, changes(left, right)).ok();
            }
            (Some(only), None) | (None, Some(only)) => {
                writeln!(text, "  {only}").ok();
            }
            (None, None) => {}
        }
    }
}

/// The columns that differ, before and after.
fn changes(left: &Value, right: &Value) -> String {
    let (Some(left), Some(right)) = (left.as_object(), right.as_object()) else { return String::new() };
    let differing = left.iter().filter(|(name, value)| right.get(*name) != Some(value));
    let shown = differing
        .map(|(name, value)| format!("{name}: {value} -> {}", right.get(name).unwrap_or(&Value::Null)));
    shown.collect::<Vec<_>>().join(", ")
}

fn style() -> Result<ProgressStyle> {
    progress_style("{wide_bar} {percent}%  comparing {msg}  {rate}  {eta} left")
}
