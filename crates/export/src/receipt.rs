//! What a file says of itself, and by what it can be proven.

use std::path::{Path, PathBuf};

use data_set::export::{Column, DataSet, Head};
use data_set::published::CONTRACT_VERSION;
use serde::{Deserialize, Serialize};

/// The version of receipts.
const VERSION: u32 = 1;

/// In the metadata of a Parquet file under `rookery.receipt`; for CSV and NDJSON in a file beside them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Receipt {
    pub version: u32,
    pub data_set: String,
    pub contract_version: String,
    /// Which log.
    pub log_lineage: String,
    /// The rows are what the log comes to here.
    pub position: i64,
    /// Only what changed behind this position, and what went.
    pub since: Option<i64>,
    /// Events up to the position that the rows are not a fold of: parked ones, and such as were given up.
    pub left_out: Vec<i64>,
    pub key: Vec<String>,
    pub columns: Vec<ReceiptColumn>,
    pub rows: u64,
    /// See [`crate::Digest`].
    pub digest: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReceiptColumn {
    pub name: String,
    /// As Postgres writes it.
    #[serde(rename = "type")]
    pub kind: String,
}

impl Receipt {
    pub(crate) fn new(
        data_set: &DataSet,
        columns: &[Column],
        since: Option<i64>,
        head: &Head,
        rows: u64,
        digest: String,
    ) -> Self {
        let column = |column: &Column| ReceiptColumn {
            name: column.name.to_owned(),
            kind: column.kind.sql().to_owned(),
        };
        Self {
            version: VERSION,
            data_set: data_set.name.to_owned(),
            contract_version: CONTRACT_VERSION.to_owned(),
            log_lineage: head.lineage.clone(),
            position: head.position,
            since,
            left_out: head.left_out.clone(),
            key: data_set.key.iter().map(|name| (*name).to_owned()).collect(),
            columns: columns.iter().map(column).collect(),
            rows,
            digest,
        }
    }
}

impl Receipt {
    /// Of a file that came without one. It says what the rows should be a fold of, and nothing of the rows: the digest is
    /// empty.
    #[must_use]
    pub fn without_rows(data_set: &DataSet, since: Option<i64>, head: &Head) -> Self {
        Self::new(data_set, &data_set.file_columns(since), since, head, 0, String::new())
    }
}

/// Where the receipt of a CSV or NDJSON file is: beside it, `.receipt.json` behind its name. It is written when the file
/// is complete.
#[must_use]
pub fn sidecar(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".receipt.json");
    PathBuf::from(name)
}
