//! Every number and id that a request takes in its address or a header, from the document; and how none may be spelled.

use serde_json::Value;

use super::document::Document;

/// Each stands for the number 5, or might, to one parser or another; and none is how we write it.
pub const MISSPELT_NUMBERS: [&str; 15] = [
    "05",
    "005",
    "+5",
    "-5",
    " 5",
    "5 ",
    "\t5",
    "5.0",
    "5e0",
    "0x5",
    "1_0",
    "5,0",
    "\u{665}",
    "\u{ff15}",
    "99999999999999999999",
];

/// One such parameter.
#[derive(Debug)]
pub struct NumberParameter {
    /// In small letters.
    pub method: String,
    /// With `{name}` in place of what stands in it.
    pub path: String,
    pub name: String,
    /// `path`, `query` or `header`.
    pub place: String,
    /// The names of what else the query needs.
    pub needs: Vec<String>,
}

/// Those of all operations.
#[must_use]
pub fn number_parameters() -> Vec<NumberParameter> {
    let mut found = Vec::new();
    for (path, method, operation) in Document::checked_in().operations() {
        let parameters = operation["parameters"].as_array().into_iter().flatten();
        let parameters: Vec<&Value> =
            parameters.map(|parameter| Document::checked_in().resolve(parameter)).collect();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        for parameter in parameters.iter().filter(|parameter| is_number(&parameter["schema"])) {
            let needed =
                parameters.iter().filter(|other| other["in"] == "query" && other["required"] == true);
            let needs =
                needed.filter(|other| other["name"] != parameter["name"]).map(|other| text(&other["name"]));
            found.push(NumberParameter {
                method: method.to_owned(),
                path: path.to_owned(),
                name: text(&parameter["name"]),
                place: text(&parameter["in"]),
                needs: needs.collect(),
            });
        }
    }
    found
}

/// By its type, or by a pattern that wants digits alone.
fn is_number(schema: &Value) -> bool {
    schema["type"] == "integer"
        || schema["pattern"].as_str().is_some_and(|pattern| pattern.contains("[1-9][0-9]"))
}
