//! The OpenLineage documents are what the public schema wants (`open_lineage/`: version 2-0-2 of the specification with
//! the facets that are used, Apache-2.0, unchanged), and hang together.

use std::collections::BTreeSet;

use data_set::published::VIEWS;
use data_set::published::open_lineage::{Names, documents};
use jsonschema::Registry;
use serde_json::{Value, json};
use time::OffsetDateTime;

macro_rules! schema {
    ($name:literal) => {
        ($name, include_str!(concat!("open_lineage/", $name, ".json")))
    };
}

const EVENT: &str = include_str!("open_lineage/OpenLineage.json");
const FACETS: [(&str, &str); 6] = [
    schema!("ColumnLineageDatasetFacet"),
    schema!("SchemaDatasetFacet"),
    schema!("DocumentationDatasetFacet"),
    schema!("OwnershipDatasetFacet"),
    schema!("JobTypeJobFacet"),
    schema!("DocumentationJobFacet"),
];

fn parse(schema: &str) -> Value {
    serde_json::from_str(schema).expect("a schema is JSON")
}

/// What the schemas object to in a document.
fn objections(document: &Value) -> Vec<String> {
    let schemas = std::iter::once(EVENT).chain(FACETS.map(|(_, schema)| schema)).map(parse);
    let registry = schemas.fold(Registry::new(), |registry, schema| {
        let id = schema["$id"].as_str().expect("it has an address").to_owned();
        registry.add(id, schema).expect("a schema")
    });
    let registry = registry.prepare().expect("no address is missing");
    let against = |part: &Value, address: &str| {
        let schema = json!({ "$schema": "https://json-schema.org/draft/2020-12/schema", "$ref": address });
        let validator = jsonschema::options()
            .with_registry(&registry)
            .should_validate_formats(true)
            .build(&schema)
            .unwrap_or_else(|error| panic!("{address}: {error}"));
        validator
            .iter_errors(part)
            .map(|error| format!("{address} {}: {error}", error.instance_path()))
            .collect()
    };
    let mut found: Vec<String> = against(document, parse(EVENT)["$id"].as_str().expect("it has an address"));
    let data_sets = ["inputs", "outputs"].into_iter().filter_map(|side| document[side].as_array()).flatten();
    for part in data_sets.chain([&document["job"]]) {
        for facet in part["facets"].as_object().expect("it has facets").values() {
            found.extend(against(facet, facet["_schemaURL"].as_str().expect("it names its schema")));
        }
    }
    found
}

fn made() -> Vec<Value> {
    let names = Names {
        namespace: "rookery".to_owned(),
        database_namespace: "postgres://db:5432".to_owned(),
        database_prefix: "rookery.".to_owned(),
    };
    documents(&names, OffsetDateTime::UNIX_EPOCH)
}

#[test]
fn the_documents_are_what_the_public_schema_wants() {
    for mut document in made() {
        assert_eq!(objections(&document), [] as [String; 0]);
        // It can find something.
        document["job"]["name"] = json!(7);
        document["outputs"][0]["facets"]["columnLineage"]["fields"] = Value::Null;
        assert!(objections(&document).len() >= 2, "{:?}", objections(&document));
    }
}

#[test]
fn every_view_is_made_once_and_every_source_is_a_field_that_is_read() {
    let documents = made();
    let mut outputs = Vec::new();
    for document in &documents {
        let mut fields = BTreeSet::new();
        for input in document["inputs"].as_array().expect("a list") {
            let names = input["facets"]["schema"]["fields"].as_array().expect("a list");
            fields.extend(
                names
                    .iter()
                    .map(|field| (&input["name"], &field["name"]))
                    .map(|(event, field)| (event.to_string(), field.to_string())),
            );
        }
        for output in document["outputs"].as_array().expect("a list") {
            let lineage = &output["facets"]["columnLineage"];
            let columns = lineage["fields"].as_object().expect("an object").values();
            let sources = columns.map(|column| &column["inputFields"]).chain([&lineage["dataset"]]);
            for source in sources.flat_map(|sources| sources.as_array().expect("a list")) {
                let field = (source["name"].to_string(), source["field"].to_string());
                assert!(fields.contains(&field), "{field:?} of {}", output["name"]);
            }
            outputs.push(output["name"].as_str().expect("a name").to_owned());
        }
    }
    let views = VIEWS.iter().filter(|view| view.projection().is_some());
    let mut expected: Vec<String> = views.map(|view| format!("rookery.published.{}", view.name)).collect();
    expected.sort();
    outputs.sort();
    assert_eq!(outputs, expected);
}
