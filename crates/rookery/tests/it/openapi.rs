//! The description of the API that is checked in is the one that the code gives.

use rookery::commands::openapi::document;
use serde_json::Value;

const CHECKED_IN: &str = include_str!("../../../../docs/openapi.json");

#[test]
fn checked_in_document_equals_the_generated_one() {
    let generated = document().expect("it can be written");
    assert!(
        CHECKED_IN == generated,
        "docs/openapi.json is not what the code gives: run `make openapi`, or \
         `cargo run -p rookery -- openapi > docs/openapi.json`"
    );
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
        ("/v1/messages:import", "post"),
        ("/v1/projections", "get"),
    ] {
        assert!(document["paths"][path][method]["operationId"].is_string(), "{method} {path}");
    }
}
