//! The data contract: what is promised of every view and column, as Open Data Contract Standard 3.1, so that tools of
//! others can hold the data to it. `docs/contracts/published.odcs.yaml` is made of it, and the query API shows it.
//!
//! It promises what tests prove: nulls, keys, references without exception, closed lists of words, and how fresh rows are.
//! What it leaves to the reader stands in it as words: which values of a reference have no row, and where columns come from.

mod odcs;

use std::iter::once;

use self::odcs::{
    Contract, Custom, Definition, Item, Level, Property, Quality, Relationship, Role, SchemaObject, Server,
    Terms, TimeOptions, Words,
};
use super::column::{Column, Kind};
use super::view::View;
use super::{CONTRACT_VERSION, FRESH_WITHIN_MINUTES, SCHEMA, VIEWS};

/// The standard that it follows. A newer one has fields that older tools refuse.
const STANDARD: &str = "v3.1.0";
const REPOSITORY: &str = env!("CARGO_PKG_REPOSITORY");

/// All of it.
pub fn contract() -> Contract {
    Contract {
        api_version: STANDARD,
        kind: "DataContract",
        id: "rookery-published",
        name: "published",
        version: CONTRACT_VERSION,
        status: "active",
        domain: "community",
        data_product: "rookery",
        description: Terms {
            purpose: "What people post to a microblog, what others make of it, and how that changes: for analysts in SQL, and in files.",
            limitations: "Read only. Every row is folded from the log: it lags behind by seconds, and says how far in data_sets. Private \
                 things (home timelines, notifications, bookmarks, mutes, blocks) and texts of deleted messages are not in it.",
            usage: "Columns classified as personal are about people who may delete what they wrote: take them away no longer than you \
                 need them. Restricted ones are for those who answer for the community. Name the columns that you read: others may be added.",
        },
        authoritative_definitions: definitions(),
        servers: vec![server()],
        schema: VIEWS.iter().map(object).collect(),
        roles: vec![Role {
            role: "rookery_analyst",
            access: "read",
            description: "A group of Postgres. Who is in it may select from every view, within bounds that the database keeps.",
        }],
        sla_properties: vec![freshness()],
    }
}

fn definitions() -> Vec<Definition> {
    let document = |name: &str, kind, description| Definition {
        url: format!("{REPOSITORY}/blob/main/docs/{name}"),
        kind,
        description,
    };
    vec![
        document("DATA_SET.md", "businessDefinition", "Every view and column, for people."),
        document("CONTRACT.md", "tutorial", "What is promised, what may change, and how to test it oneself."),
    ]
}

/// As `rookery up` and Compose have it. Where an installation listens, it alone knows.
fn server() -> Server {
    Server {
        server: "postgres",
        kind: "postgres",
        description: "The address of an installation is its own, as is the login of its analysts: tools take them from the \
             environment (CONTRACT.md).",
        host: "127.0.0.1",
        port: 5432,
        database: "rookery",
        schema: SCHEMA,
    }
}

/// The oldest time at which a projection was known to be complete is a rule of `data_sets`; this is the newest.
fn freshness() -> Level {
    Level {
        id: "freshness",
        property: "freshness",
        value: FRESH_WITHIN_MINUTES,
        unit: "m",
        element: "projections.complete_until",
        driver: "operational",
        description: "While reducers run, rows are known to be complete up to this long ago, whether or not anything happened since.",
    }
}

fn object(view: &View) -> SchemaObject {
    let mut quality: Vec<Quality> =
        view.columns.iter().filter_map(|column| companion(view, column)).collect();
    if view.name == super::data_sets::VIEW.name {
        quality.push(no_view_is_stale());
    }
    SchemaObject {
        name: view.name,
        physical_name: view.name,
        physical_type: "view",
        logical_type: "object",
        business_name: view.title,
        description: view.description,
        tags: vec![view.domain.word(), view.classification().word()],
        custom_properties: once(Custom::of("keptBy", view.projection().unwrap_or("live")))
            .chain(view.time_column.map(|column| Custom::of("timeColumn", column)))
            .collect(),
        properties: view.columns.iter().map(|column| property(view, column)).collect(),
        quality,
    }
}

fn property(view: &View, column: &Column) -> Property {
    let key = view.primary_key.iter().position(|name| *name == column.name);
    Property {
        name: column.name,
        physical_type: column.kind.sql(),
        logical_type: logical(column.kind),
        logical_type_options: (column.kind == Kind::Timestamp).then_some(TimeOptions { timezone: true }),
        items: (column.kind == Kind::TextArray)
            .then_some(Item { logical_type: "string", physical_type: "text" }),
        required: !column.is_nullable,
        primary_key: key.map(|_| true),
        primary_key_position: key.map(|place| place + 1),
        classification: column.why.classification.word(),
        description: column.description,
        examples: vec![column.example],
        transform_source_objects: column
            .lineage
            .iter()
            .map(|field| format!("{}#{}", field.event, field.field))
            .collect(),
        relationships: total(column).into_iter().collect(),
        quality: one_of(column).into_iter().collect(),
        custom_properties: joins_most(column).into_iter().collect(),
    }
}

const fn logical(kind: Kind) -> &'static str {
    match kind {
        Kind::BigInt | Kind::Integer | Kind::SmallInt => "integer",
        Kind::Double => "number",
        Kind::Boolean => "boolean",
        Kind::Text => "string",
        Kind::TextArray => "array",
        Kind::Timestamp => "timestamp",
        Kind::Date => "date",
    }
}

fn total(column: &Column) -> Option<Relationship> {
    let reference = column.total_reference()?;
    Some(Relationship { kind: "foreignKey", to: format!("{}.{}", reference.view, reference.column) })
}

/// What joins, and may have no row there: nothing that a test could hold rows to.
fn joins_most(column: &Column) -> Option<Custom> {
    let reference = column.reference?;
    let except = reference.except?;
    Some(Custom {
        property: "joins",
        value: format!("{}.{}", reference.view, reference.column),
        description: Some(format!("Not there: {except}.")),
    })
}

fn one_of(column: &Column) -> Option<Quality> {
    column.closed_words().map(|words| Quality {
        kind: "library",
        description: format!("{} is one of its words.", column.name),
        dimension: "conformity",
        metric: Some("invalidValues"),
        arguments: Some(Words { valid_values: words }),
        query: None,
        must_be: Some(0),
        must_be_less_than: None,
    })
}

/// A text companion says its number.
fn companion(view: &View, column: &Column) -> Option<Quality> {
    let text = column.name;
    let number = view.number_of(column)?.name;
    Some(Quality {
        kind: "sql",
        description: format!("{text} is {number} as text."),
        dimension: "consistency",
        metric: None,
        arguments: None,
        query: Some(format!("select count(*) from ${{object}} where {text} is distinct from {number}::text")),
        must_be: Some(0),
        must_be_less_than: None,
    })
}

/// Of all projections the one that is furthest behind; one of which nothing is known counts as a year.
fn no_view_is_stale() -> Quality {
    let year = 366 * 24 * 3600;
    Quality {
        kind: "sql",
        description: format!(
            "Rows of every view are known to be complete up to {FRESH_WITHIN_MINUTES} minute ago."
        ),
        dimension: "timeliness",
        metric: None,
        arguments: None,
        query: Some(format!(
            "select coalesce(max(coalesce(lag_seconds, {year})), {year}) from ${{object}} where projection is not null"
        )),
        must_be: None,
        must_be_less_than: Some(FRESH_WITHIN_MINUTES * 60),
    }
}
