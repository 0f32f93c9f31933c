//! Body of `GET /v1/catalog`.

use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;

/// What data sets there are, what is in them, how fresh they are, and how they are taken away.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Catalog {
    pub title: String,
    pub description: &'static str,
    /// The schema of the data sets in the database.
    #[schema(example = "published")]
    pub schema: &'static str,
    /// Version of the data sets' columns, as in the header `Contract-Version` of exports.
    #[schema(example = "1.0.0")]
    pub contract_version: &'static str,
    /// Address of the data contract.
    pub contract: String,
    /// Address of the documentation.
    pub documentation: String,
    /// Who answers for the data.
    pub owner: String,
    /// Where to ask: an address like `mailto:data@example.org`; null where the operator named none.
    #[schema(required)]
    pub contact: Option<String>,
    /// Address of the licence of the data; null where the operator named none, and then nothing is granted.
    #[schema(required)]
    pub license: Option<String>,
    pub data_sets: Vec<CatalogDataSet>,
}

/// A view of the schema.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CatalogDataSet {
    #[schema(example = "messages")]
    pub name: &'static str,
    pub title: &'static str,
    /// What a row is, and what is not among the rows.
    pub description: &'static str,
    #[schema(example = "messages")]
    pub domain: &'static str,
    /// `internal`, `public`, `personal` or `restricted`: that of the column that asks for the most care.
    #[schema(example = "personal")]
    pub classification: &'static str,
    pub cadence: CatalogCadence,
    /// The projection whose rows it shows; data sets of one projection are at one position. Null: live.
    #[schema(required, example = "social")]
    pub projection: Option<&'static str>,
    /// The columns that tell its rows apart.
    pub primary_key: Vec<&'static str>,
    /// When what a row tells of happened; null where no column says so.
    #[schema(required)]
    pub time_column: Option<&'static str>,
    pub row_count: CatalogRowCount,
    /// Null: it is live, or nothing was folded yet.
    #[schema(required)]
    pub freshness: Option<CatalogFreshness>,
    pub columns: Vec<CatalogColumn>,
    pub distributions: Vec<CatalogDistribution>,
    /// Address of what people read about it.
    pub documentation: String,
}

/// When rows change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum CatalogCadence {
    /// Within about a second of the event.
    Folded,
    /// They say how things stand when they are read.
    Live,
}

/// How many rows there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CatalogRowCount {
    pub rows: i64,
    /// Whether they were counted, at the position of the freshness. Otherwise it is the estimate of the database, which may be far off.
    pub exact: bool,
}

/// Up to where in the log rows reflect it, and how far that is behind.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CatalogFreshness {
    /// Every event up to here is in the rows, decimal.
    #[schema(example = "4096")]
    pub position: String,
    /// When the position last moved.
    #[serde(serialize_with = "crate::utc_micros::serialize")]
    #[schema(example = "2026-01-31T12:00:00.000000Z")]
    pub folded_at: OffsetDateTime,
    /// Events of the log that are not in the rows; null before a worker looked.
    #[schema(required)]
    pub lag_events: Option<i64>,
    /// For so many seconds the rows are not known to be complete; 0 while workers see nothing that is not folded. Null before a worker looked.
    #[schema(required)]
    pub lag_seconds: Option<f64>,
}

/// A column of a data set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CatalogColumn {
    #[schema(example = "in_reply_to")]
    pub name: &'static str,
    /// As Postgres writes it.
    #[serde(rename = "type")]
    #[schema(example = "bigint")]
    pub kind: &'static str,
    pub nullable: bool,
    /// What a value says; where it can be null, what that says.
    pub description: &'static str,
    #[schema(example = "public")]
    pub classification: &'static str,
    /// Why an analyst may see it.
    pub reason: &'static str,
    /// What it joins with.
    #[schema(required)]
    pub joins: Option<CatalogReference>,
    /// All values that there are, where they are words; else empty.
    pub values: Vec<&'static str>,
    pub example: &'static str,
    /// The fields of events that the values are made of; empty where they say how the system runs.
    pub lineage: Vec<CatalogField>,
}

/// A join path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CatalogReference {
    #[schema(example = "message_ids")]
    pub data_set: &'static str,
    #[schema(example = "id")]
    pub column: &'static str,
    /// Which values have no row there; null: every one that is not null has exactly one.
    #[schema(required)]
    pub except: Option<&'static str>,
}

/// A field of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CatalogField {
    #[schema(example = "rookery.message.posted.v1")]
    pub event: &'static str,
    /// Of its body; or `@position`, `@recordedAt`, which the log gives, or `@itself`: that there is such an event.
    #[schema(example = "inReplyTo")]
    pub field: &'static str,
}

/// A way to the rows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CatalogDistribution {
    pub kind: CatalogDistributionKind,
    /// Of `http`, a template: what is in braces is named in `/openapi.json`. Of `sql`, the database, without a login; null where
    /// the operator did not say where it is reached.
    #[schema(required)]
    pub url: Option<String>,
    /// Of `sql`: the view.
    #[schema(required, example = "published.messages")]
    pub table: Option<String>,
    /// Of `http` and `file`.
    #[schema(required, example = "text/csv; charset=utf-8")]
    pub media_type: Option<&'static str>,
}

/// How rows are reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum CatalogDistributionKind {
    /// By a query to the database.
    Sql,
    /// By an operation of this API that shows these rows in its own form.
    Http,
    /// All rows of one position in a file.
    File,
}
