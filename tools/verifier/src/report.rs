//! What was found.

use serde::Serialize;
use serde_json::Value;

/// Of all projections that were looked at.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    pub projections: Vec<ProjectionReport>,
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ProjectionReport {
    pub projection: &'static str,
    pub version: i32,
    /// Where the rows were compared: the checkpoint.
    pub position: i64,
    /// That the log has up to there.
    pub events: u64,
    /// Events that the rows are not a fold of, because they could not be folded.
    pub parked: u64,
    /// Events up to there that the log says were given up.
    pub dropped: u64,
    /// Positions of events that cannot be decoded and are not parked, so that nobody knows of them.
    pub unparked: Vec<i64>,
    pub tables: Vec<TableReport>,
    /// Present where rows were repaired.
    #[serde(rename = "mended", skip_serializing_if = "Option::is_none")]
    pub repaired: Option<Repaired>,
}

/// What was done to the rows that differ.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Repaired {
    pub inserted: u64,
    pub deleted: u64,
    pub replaced: u64,
}

#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TableReport {
    pub table: String,
    /// Rows that are there and were looked at.
    pub compared: u64,
    pub missing: u64,
    pub extra: u64,
    pub different: u64,
    /// The first of them; all of them where they were repaired.
    pub differences: Vec<Difference>,
}

/// One row: missing where nothing was found, extra where nothing is expected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// The columns of the key.
    pub key: Value,
    pub expected: Option<Value>,
    pub found: Option<Value>,
}

impl Report {
    /// Nothing differs, or all that did was repaired.
    pub fn is_sound(&self) -> bool {
        self.projections.iter().all(ProjectionReport::is_sound)
    }

    /// Nothing was there to compare.
    pub fn is_empty(&self) -> bool {
        let compared = |table: &TableReport| table.compared;
        let compared: u64 =
            self.projections.iter().flat_map(|projection| &projection.tables).map(compared).sum();
        compared + self.differences() == 0
    }

    pub fn differences(&self) -> u64 {
        self.projections.iter().map(ProjectionReport::differences).sum()
    }
}

impl ProjectionReport {
    /// An event that nobody knows of cannot be repaired here.
    pub fn is_sound(&self) -> bool {
        self.unparked.is_empty() && (self.repaired.is_some() || self.differences() == 0)
    }

    /// Rows, and events that nobody knows of.
    pub fn differences(&self) -> u64 {
        self.tables.iter().map(TableReport::differences).sum::<u64>() + self.unparked.len() as u64
    }

    pub fn compared(&self) -> u64 {
        self.tables.iter().map(|table| table.compared).sum()
    }
}

impl TableReport {
    pub fn differences(&self) -> u64 {
        self.missing + self.extra + self.different
    }

    pub(crate) fn add(&mut self, difference: Difference, kept_max: usize) {
        match (&difference.expected, &difference.found) {
            (Some(_), Some(_)) => self.different += 1,
            (Some(_), None) => self.missing += 1,
            (None, _) => self.extra += 1,
        }
        if self.differences.len() < kept_max {
            self.differences.push(difference);
        }
    }
}
