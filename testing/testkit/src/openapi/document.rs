//! The checked-in document, and what it says about one operation.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use jsonschema::Validator;
use serde_json::{Map, Value, json};

const CHECKED_IN: &str = include_str!("../../../../docs/openapi.json");

static DOCUMENT: LazyLock<Document> = LazyLock::new(|| {
    let mut document: Value = serde_json::from_str(CHECKED_IN).expect("docs/openapi.json is JSON");
    close(&mut document["components"]["schemas"]);
    Document { json: document, validators: Mutex::default() }
});

/// Clients have to accept fields that they do not know, so the document leaves objects open. A test does not: a field
/// that is answered and not declared is a mistake.
fn close(schemas: &mut Value) {
    for schema in schemas.as_object_mut().into_iter().flat_map(Map::values_mut) {
        if schema.get("properties").is_some() {
            schema["unevaluatedProperties"] = json!(false);
        }
    }
}

pub(super) struct Document {
    json: Value,
    /// By schema.
    validators: Mutex<HashMap<String, Arc<Validator>>>,
}

#[derive(Clone, Copy)]
pub(super) struct Operation<'document> {
    document: &'document Document,
    operation: &'document Value,
}

/// One answer of an operation.
pub(super) struct Declared<'document> {
    document: &'document Document,
    response: &'document Value,
}

impl Document {
    pub(super) fn checked_in() -> &'static Self {
        &DOCUMENT
    }

    /// What routing would choose: among the addresses that fit and take the method, that with the most literal
    /// segments.
    pub(super) fn operation(&self, method: &str, path: &str) -> Option<Operation<'_>> {
        let paths = self.json["paths"].as_object().expect("it has paths");
        let fitting =
            paths.iter().filter(|(template, item)| fits(template, path) && item.get(method).is_some());
        let best = fitting.min_by_key(|(template, _)| template.matches('{').count())?;
        Some(Operation { document: self, operation: &best.1[method] })
    }

    /// Address, method and description of each.
    pub(super) fn operations(&self) -> impl Iterator<Item = (&str, &str, &Value)> {
        let paths = self.json["paths"].as_object().into_iter().flatten();
        paths.flat_map(|(path, item)| {
            let operations = item.as_object().into_iter().flatten();
            operations.map(move |(method, operation)| (path.as_str(), method.as_str(), operation))
        })
    }

    /// Checks a problem against the schema of its code.
    pub(super) fn problem(&self, problem: &Value) -> Result<(), String> {
        let code = problem["code"].as_str().unwrap_or_default();
        let schemas = self.json["components"]["schemas"].as_object().expect("it has schemas");
        let of_code = |schema: &Value| schema["allOf"][1]["properties"]["code"]["enum"] == json!([code]);
        // Two come before every operation, so no operation declares them.
        let general = ["method-not-allowed", "not-found"].contains(&code).then_some("Problem");
        let found = schemas.iter().find(|(_, schema)| of_code(schema)).map(|(name, _)| name.as_str());
        let name = found.or(general).ok_or_else(|| format!("{code} is no code of any operation"))?;
        self.validate(&json!({"$ref": format!("#/components/schemas/{name}")}), problem)
    }

    fn validate(&self, schema: &Value, value: &Value) -> Result<(), String> {
        let validator = self.validator(schema)?;
        let faults: Vec<String> =
            validator.iter_errors(value).map(|fault| format!("{}: {fault}", fault.instance_path())).collect();
        if faults.is_empty() { Ok(()) } else { Err(faults.join("; ")) }
    }

    /// Making one takes milliseconds, and there are tests with thousands of answers.
    fn validator(&self, schema: &Value) -> Result<Arc<Validator>, String> {
        let key = schema.to_string();
        let mut made = self.validators.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(validator) = made.get(&key) {
            return Ok(Arc::clone(validator));
        }
        let whole = json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "allOf": [schema],
            "components": {"schemas": self.json["components"]["schemas"]},
        });
        let validator = jsonschema::options().should_validate_formats(true).build(&whole);
        let validator = validator.map_err(|error| format!("the document's schema is none: {error}"))?;
        Ok(Arc::clone(made.entry(key).or_insert_with(|| Arc::new(validator))))
    }

    /// The thing itself, where a reference stands for it.
    pub(super) fn resolve<'document>(&'document self, value: &'document Value) -> &'document Value {
        match value["$ref"].as_str().and_then(|reference| reference.strip_prefix('#')) {
            Some(pointer) => self.json.pointer(pointer).expect("references lead somewhere"),
            None => value,
        }
    }
}

fn fits(template: &str, path: &str) -> bool {
    let (mut template, mut path) = (template.split('/'), path.split('/'));
    loop {
        match (template.next(), path.next()) {
            (None, None) => return true,
            (Some(wanted), Some(found)) if wanted == found => {}
            (Some(wanted), Some(found)) if wanted.starts_with('{') && !found.is_empty() => {}
            _ => return false,
        }
    }
}

impl<'document> Operation<'document> {
    pub(super) fn answer(self, status: u16) -> Option<Declared<'document>> {
        let response = self.operation["responses"].get(status.to_string())?;
        Some(Declared { document: self.document, response })
    }

    pub(super) fn statuses(self) -> String {
        let statuses = self.operation["responses"].as_object().into_iter().flat_map(Map::keys);
        let statuses: Vec<&str> = statuses.map(String::as_str).collect();
        format!("{} declares {}", self.operation["operationId"], statuses.join(", "))
    }
}

impl Declared<'_> {
    fn headers(&self) -> impl Iterator<Item = (&String, &Value)> {
        self.response["headers"].as_object().into_iter().flatten()
    }

    /// Checks the value of a header.
    pub(super) fn header(&self, name: &str, text: &str) -> Result<(), String> {
        let declared = self.headers().find(|(declared, _)| declared.eq_ignore_ascii_case(name));
        let header = declared.ok_or_else(|| format!("the header {name} is not declared"))?.1;
        let schema = &self.document.resolve(header)["schema"];
        let number = || text.parse::<i64>().map_or_else(|_| json!(text), |number| json!(number));
        let value = if schema["type"] == "integer" { number() } else { json!(text) };
        self.document.validate(schema, &value).map_err(|why| format!("{name}: {why}"))
    }

    pub(super) fn required_headers(&self) -> impl Iterator<Item = &str> {
        let required = self.headers().filter(|(_, header)| self.document.resolve(header)["required"] == true);
        required.map(|(name, _)| name.as_str())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.response.get("content").is_none()
    }

    pub(super) fn body(&self, content_type: &str, bytes: &[u8]) -> Result<(), String> {
        let content = self.response["content"].get(content_type);
        let content = content.ok_or_else(|| format!("the type {content_type} is not declared"))?;
        if !content_type.contains("json") {
            return Ok(());
        }
        let value: Value = serde_json::from_slice(bytes).map_err(|error| format!("no JSON: {error}"))?;
        self.document.validate(&content["schema"], &value)
    }
}
