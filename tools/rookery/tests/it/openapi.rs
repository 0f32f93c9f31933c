//! The description of the API that is checked in is the one that the code gives.

use std::collections::BTreeSet;

use api_types::codes;
use rookery::commands::openapi::document;
use serde_json::Value;

const CHECKED_IN: &str = include_str!("../../../../docs/openapi.json");

#[test]
fn checked_in_document_equals_the_generated_one() {
    let generated = document().expect("it can be written");
    assert!(CHECKED_IN == generated, "docs/openapi.json is not what the code gives: run `make openapi`");
}

#[test]
fn both_apis_are_in_the_document() {
    let document: Value = serde_json::from_str(&document().expect("it can be written")).expect("it is JSON");
    assert_eq!(document["openapi"], "3.1.0");
    assert_eq!(document["components"]["securitySchemes"]["bearer"]["scheme"], "bearer");
    assert!(document["components"]["schemas"]["Problem"].is_object());
    for (path, method) in [
        ("/v1/messages", "get"),
        ("/v1/messages", "post"),
        ("/v1/messages/{id}", "get"),
        ("/v1/messages/{id}", "patch"),
        ("/v1/messages/{id}", "delete"),
        ("/v1/import", "post"),
        ("/v1/projections", "get"),
    ] {
        assert!(document["paths"][path][method]["operationId"].is_string(), "{method} {path}");
    }
}

#[test]
fn every_code_is_declared_where_it_may_be_answered() {
    let document: Value = serde_json::from_str(&document().expect("it can be written")).expect("it is JSON");
    let mut declared = BTreeSet::new();
    for operation in operations(&document) {
        for response in operation["responses"].as_object().expect("it answers").values() {
            let schema = &response["content"]["application/problem+json"]["schema"];
            let one = schema["$ref"].as_str();
            let several =
                schema["oneOf"].as_array().into_iter().flatten().filter_map(|one| one["$ref"].as_str());
            for reference in one.into_iter().chain(several) {
                let pointer = reference.strip_prefix('#').expect("it is of this document");
                let code = document.pointer(&format!("{pointer}/allOf/1/properties/code/enum/0"));
                declared.insert(code.and_then(Value::as_str).expect("a problem has a code").to_owned());
            }
        }
    }
    // The first is the router's, before there is an operation; the others stand in the report of an import.
    let by_no_operation = BTreeSet::from(
        [
            codes::METHOD_NOT_ALLOWED,
            codes::UNKNOWN_REFERENCE,
            codes::NOT_IMPORTED,
            codes::TIME_MUST_BE_PLAUSIBLE,
            codes::TIME_MUST_NOT_BE_BEFORE_ACCOUNT,
            codes::TIME_MUST_NOT_BE_BEFORE_MESSAGE,
        ]
        .map(|code| code.code),
    );
    let undeclared: Vec<&str> = codes::ALL
        .iter()
        .map(|code| code.code)
        .filter(|code| !declared.contains(*code) && !by_no_operation.contains(code))
        .collect();
    assert!(undeclared.is_empty(), "no operation declares {undeclared:?}; see commands/openapi/kinds.rs");
}

#[test]
fn the_lines_of_an_import_are_told_apart_by_their_kind() {
    let document: Value = serde_json::from_str(&document().expect("it can be written")).expect("it is JSON");
    let schemas = &document["components"]["schemas"];
    let mapping = schemas["ImportLine"]["discriminator"]["mapping"].as_object().expect("there is one");
    assert_eq!(mapping.len(), 13);
    for (kind, reference) in mapping {
        let name = reference.as_str().and_then(|reference| reference.rsplit('/').next()).expect("a name");
        assert_eq!(schemas[name]["properties"]["kind"]["enum"], serde_json::json!([kind]), "{name}");
    }
}

#[test]
fn every_error_is_a_problem_and_nothing_else() {
    let document: Value = serde_json::from_str(&document().expect("it can be written")).expect("it is JSON");
    for operation in operations(&document) {
        for (status, response) in operation["responses"].as_object().expect("it answers") {
            let types: Vec<&String> =
                response["content"].as_object().into_iter().flatten().map(|(name, _)| name).collect();
            let is_error = status.starts_with(['4', '5']);
            assert_eq!(
                is_error,
                types == ["application/problem+json"],
                "{status} of {}",
                operation["operationId"]
            );
        }
    }
}

fn operations(document: &Value) -> impl Iterator<Item = &Value> {
    let paths = document["paths"].as_object().into_iter().flatten();
    paths.flat_map(|(_, item)| item.as_object().into_iter().flatten().map(|(_, operation)| operation))
}
