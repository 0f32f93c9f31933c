//! The schemas against the events, against what consumers rely on, and against docs/asyncapi.yaml, which repeats them.
//!
//! `cargo nextest run -p event-store --all-features --run-ignored only` writes the section of docs/asyncapi.yaml and
//! `schemas/released.txt` anew. Do the latter only with a release: until then its difference is what would break somebody.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use event_store::{event_types, schema, schema_uri, schemas};
use serde_json::Value;

use crate::golden::examples;

const RELEASED: &str = include_str!("../../schemas/released.txt");
/// Where the bodies begin in docs/asyncapi.yaml; they are its end.
const BODIES: &str = "    rookery.message.posted.v1:\n";

fn parsed(text: &str) -> Value {
    serde_json::from_str(text).expect("a schema is JSON")
}

fn here(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

#[test]
fn every_type_and_version_has_a_schema() {
    assert_eq!(schemas().map(|(name, _)| name.to_owned()).collect::<Vec<_>>(), event_types());
    for (name, text) in schemas() {
        let schema = parsed(text);
        assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
        assert_eq!(schema["$id"], schema_uri(name));
        assert_eq!(schema["title"], name);
        jsonschema::draft202012::meta::validate(&schema).unwrap_or_else(|error| panic!("{name}: {error}"));
    }
}

#[test]
fn every_event_has_the_shape_that_its_schema_says_and_no_field_besides() {
    for (name, golden, _event) in examples() {
        let mut schema = parsed(schema(name).expect("see above"));
        schema["additionalProperties"] = false.into();
        let validator = jsonschema::draft202012::options().should_validate_formats(true).build(&schema);
        let validator = validator.expect("a schema");
        validator.validate(&parsed(golden)).unwrap_or_else(|error| panic!("{name}: {error}: {golden}"));
    }
}

/// A line for each field, and for each value that it may have: `type field kind required`.
fn lines() -> Vec<String> {
    let mut lines = Vec::new();
    for (name, text) in schemas() {
        flatten(name, "", &parsed(text), &mut lines);
    }
    lines
}

fn flatten(name: &str, above: &str, schema: &Value, lines: &mut Vec<String>) {
    let required = schema["required"].as_array().cloned().unwrap_or_default();
    for (field, own) in schema["properties"].as_object().into_iter().flatten() {
        let path = if above.is_empty() { field.clone() } else { format!("{above}.{field}") };
        let kind = own["type"].as_str().expect("a field has a type");
        let is_required = required.iter().any(|required| required == field);
        lines.push(format!("{name} {path} {kind} {}", if is_required { "required" } else { "optional" }));
        for (path, own) in [(path.clone(), own), (format!("{path}[]"), &own["items"])] {
            if path.ends_with("[]") && own["type"].is_string() {
                lines.push(format!("{name} {path} {} items", own["type"].as_str().unwrap_or_default()));
            }
            for value in own["enum"].as_array().into_iter().flatten() {
                lines.push(format!("{name} {path} = {value}"));
            }
            flatten(name, &path, own, lines);
        }
    }
}

/// What `now` breaks for those who rely on `released`.
fn broken(released: &[&str], now: &[String]) -> Vec<String> {
    let there: BTreeSet<&str> = now.iter().map(String::as_str).collect();
    let gone = released.iter().filter(|line| !there.contains(**line)).map(|line| format!("gone: {line}"));
    let types: BTreeSet<&str> = released.iter().filter_map(|line| line.split(' ').next()).collect();
    let known: BTreeSet<&str> = released.iter().copied().collect();
    let demanded = now.iter().filter(|line| {
        let is_of_known_type = line.split(' ').next().is_some_and(|name| types.contains(name));
        is_of_known_type && line.ends_with(" required") && !known.contains(line.as_str())
    });
    gone.chain(demanded.map(|line| format!("newly required: {line}"))).collect()
}

#[test]
fn what_was_released_is_still_there_and_nothing_more_is_required() {
    let released: Vec<&str> = RELEASED.lines().collect();
    let broken = broken(&released, &lines());
    assert!(
        broken.is_empty(),
        "{broken:#?}\nStored events and consumers are as released. Leave the version as it is and make a new one (src/upcast.rs)."
    );
}

#[test]
fn the_comparison_finds_what_breaks() {
    let released = ["a.v1 x string required", "a.v1 y string optional", "a.v1 z = \"one\""];
    let now = |lines: &[&str]| lines.iter().map(|line| (*line).to_owned()).collect::<Vec<_>>();
    let whole = now(&released);
    assert_eq!(broken(&released, &whole), Vec::<String>::new());
    let more = [&whole[..], &now(&["a.v1 new string optional", "b.v1 x string required"])[..]].concat();
    assert_eq!(broken(&released, &more), Vec::<String>::new(), "more is no harm");
    for (what, lines) in [
        ("removed", &["a.v1 x string required", "a.v1 z = \"one\""][..]),
        ("renamed", &["a.v1 x string required", "a.v1 why string optional", "a.v1 z = \"one\""]),
        ("retyped", &["a.v1 x integer required", "a.v1 y string optional", "a.v1 z = \"one\""]),
        ("a value gone", &["a.v1 x string required", "a.v1 y string optional"]),
        ("newly required", &["a.v1 x string required", "a.v1 y string required", "a.v1 z = \"one\""]),
    ] {
        assert!(!broken(&released, &now(lines)).is_empty(), "{what}");
    }
    let required = [&whole[..], &now(&["a.v1 new string required"])[..]].concat();
    assert_eq!(broken(&released, &required), ["newly required: a.v1 new string required"]);
}

/// As YAML, so deep.
fn yaml(value: &Value, depth: usize, out: &mut String) {
    let indent = " ".repeat(depth);
    for (name, value) in value.as_object().into_iter().flatten() {
        match value {
            Value::Object(_) => {
                writeln!(out, "{indent}{name}:").expect("a string takes all");
                yaml(value, depth + 2, out);
            }
            // JSON is YAML.
            other => writeln!(out, "{indent}{name}: {other}").expect("a string takes all"),
        }
    }
}

fn bodies() -> String {
    let mut out = String::new();
    for (name, text) in schemas() {
        let mut schema = parsed(text);
        let fields = schema.as_object_mut().expect("an object");
        for own in ["$schema", "$id", "title"] {
            fields.remove(own);
        }
        writeln!(out, "    {name}:").expect("a string takes all");
        yaml(&schema, 6, &mut out);
    }
    out
}

#[test]
fn the_asyncapi_document_repeats_the_schemas() {
    let document = include_str!("../../../docs/asyncapi.yaml");
    let at = document.find(BODIES).expect("it has bodies");
    assert!(document[at..] == bodies(), "docs/asyncapi.yaml: write its section anew, as above");
    for (name, _) in schemas() {
        assert!(document.contains(&format!("name: {name}\n")), "it has no message {name}");
    }
}

#[test]
#[ignore = "it writes docs/asyncapi.yaml"]
fn the_section_of_the_asyncapi_document_is_made_anew() {
    let path = here("../docs/asyncapi.yaml");
    let document = std::fs::read_to_string(&path).expect("it is there");
    let at = document.find(BODIES).expect("it has bodies");
    std::fs::write(path, format!("{}{}", &document[..at], bodies())).expect("written");
}

#[test]
#[ignore = "it writes schemas/released.txt"]
fn what_is_released_is_made_anew() {
    std::fs::write(here("schemas/released.txt"), lines().join("\n") + "\n").expect("written");
}
