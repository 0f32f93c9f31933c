//! The lineage as [OpenLineage](https://openlineage.io) documents, which catalogues of data take in: for each projection a
//! `JobEvent` with the types of events that it reads and the views that it keeps.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::events::{self, Field};
use super::lineage::Transformation;
use super::not_shown::NOT_SHOWN;
use super::view::View;
use super::{SCHEMA, VIEWS};

const EVENT: &str = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/JobEvent";
const FACETS: &str = "https://openlineage.io/spec/facets";
const PRODUCER: &str = concat!("urn:rookery:data-set:", env!("CARGO_PKG_VERSION"));
/// Who answers for the data: whoever runs the installation.
const OWNER: &str = "application:rookery";

/// Under which names a catalogue knows the log and the database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Names {
    /// Of the installation: its projections and the types of its events are in there.
    pub namespace: String,
    /// Of the database, as in `postgres://db.example:5432`.
    pub database_namespace: String,
    /// In front of `published.messages`: `rookery.`, or nothing.
    pub database_prefix: String,
}

/// A document for each projection that analysts see something of.
pub fn documents(names: &Names, at: OffsetDateTime) -> Vec<Value> {
    let mut projections: BTreeMap<&str, Vec<&View>> = BTreeMap::new();
    for view in VIEWS {
        if let Some(projection) = view.projection() {
            projections.entry(projection).or_default().push(view);
        }
    }
    projections.into_iter().map(|(projection, views)| document(names, at, projection, &views)).collect()
}

fn document(names: &Names, at: OffsetDateTime, projection: &str, views: &[&View]) -> Value {
    let outputs: Vec<Value> = views.iter().map(|view| output(names, view)).collect();
    let read: BTreeSet<&str> = views.iter().flat_map(|view| sources(view)).map(|field| field.event).collect();
    let inputs: Vec<Value> = read.into_iter().map(|event| input(names, event)).collect();
    json!({
        // A time from the system clock always has a four-digit year, so it can be written.
        "eventTime": at.format(&Rfc3339).unwrap_or_default(),
        "producer": PRODUCER,
        "schemaURL": EVENT,
        "job": {
            "namespace": names.namespace,
            "name": projection,
            "facets": {
                "jobType": facet("2-0-4", "JobTypeJobFacet", json!({
                    "processingType": "STREAMING", "integration": "ROOKERY", "jobType": "PROJECTION",
                })),
                "documentation": facet("1-1-0", "DocumentationJobFacet", json!({
                    "description": "Folds events of the log into rows, in order, within about a second.",
                })),
            },
        },
        "inputs": inputs,
        "outputs": outputs,
    })
}

/// All fields on which a view depends.
fn sources(view: &View) -> BTreeSet<Field> {
    let of_columns = view.columns.iter().flat_map(|column| column.sources());
    view.row_sources().into_iter().chain(of_columns).map(|(field, _)| field).collect()
}

fn input(names: &Names, event: &str) -> Value {
    let field = |field: &Field| match field.description() {
        Some(description) => json!({ "name": field.field, "description": description }),
        None => json!({ "name": field.field }),
    };
    let fields: Vec<Value> = fields(event).iter().map(field).collect();
    json!({
        "namespace": names.namespace,
        "name": event,
        "facets": { "schema": facet("1-2-0", "SchemaDatasetFacet", json!({ "fields": fields })) },
    })
}

/// All fields of a type of events, shown or not.
fn fields(event: &str) -> BTreeSet<Field> {
    let hidden = NOT_SHOWN.iter().flat_map(|hidden| hidden.fields).copied();
    VIEWS.iter().flat_map(sources).chain(hidden).filter(|field| field.event == event).collect()
}

fn output(names: &Names, view: &View) -> Value {
    let field = |(column, number): (&super::Column, i32)| {
        json!({
            "name": column.name, "type": column.kind.sql(), "description": column.description,
            "ordinal_position": number,
        })
    };
    let fields: Vec<Value> = view.columns.iter().zip(1..).map(field).collect();
    let columns: Map<String, Value> = view
        .columns
        .iter()
        .map(|column| {
            (column.name.to_owned(), json!({ "inputFields": input_fields(names, &column.sources()) }))
        })
        .collect();
    json!({
        "namespace": names.database_namespace,
        "name": format!("{}{SCHEMA}.{}", names.database_prefix, view.name),
        "facets": {
            "schema": facet("1-2-0", "SchemaDatasetFacet", json!({ "fields": fields })),
            "documentation": facet("1-1-0", "DocumentationDatasetFacet", json!({ "description": view.comment() })),
            "ownership": facet("1-0-1", "OwnershipDatasetFacet", json!({ "owners": [{ "name": OWNER }] })),
            "columnLineage": facet("1-2-0", "ColumnLineageDatasetFacet", json!({
                "fields": columns, "dataset": input_fields(names, &view.row_sources()),
            })),
        },
    })
}

/// A field once, with all ways in which it counts.
fn input_fields(names: &Names, sources: &BTreeSet<(Field, Transformation)>) -> Vec<Value> {
    let mut ways: BTreeMap<Field, Vec<Value>> = BTreeMap::new();
    for (field, by) in sources {
        let way = json!({ "type": by.kind(), "subtype": by.subtype(), "masking": *by == Transformation::Aggregation });
        ways.entry(*field).or_default().push(way);
    }
    let field = |(events::Field { event, field }, ways)| json!({ "namespace": names.namespace, "name": event, "field": field, "transformations": ways });
    ways.into_iter().map(field).collect()
}

fn facet(version: &str, name: &str, mut content: Value) -> Value {
    content["_producer"] = json!(PRODUCER);
    content["_schemaURL"] = json!(format!("{FACETS}/{version}/{name}.json#/$defs/{name}"));
    content
}
