//! Says what is wrong with a body, without repeating it.

use api_types::codes;
use serde::de::DeserializeOwned;
use serde_json::error::Category;

use crate::deserialize_fault::Fault;
use crate::problem::ApiProblem;

/// Explains a body that could not be read as a `T`.
///
/// It reads the body again to learn the path of the field, so that good bodies need not keep track of it.
pub(super) fn explain<T: DeserializeOwned>(bytes: &[u8], error: &serde_json::Error) -> ApiProblem {
    let place = format!("line {}, column {}", error.line(), error.column());
    match error.classify() {
        Category::Eof => malformed(format!("The JSON ends too early, at {place}.")),
        Category::Syntax | Category::Io => {
            malformed(format!("The JSON is broken at {place}: {}.", syntax(error)))
        }
        Category::Data => unfit::<T>(bytes, &place),
    }
}

fn unfit<T: DeserializeOwned>(bytes: &[u8], place: &str) -> ApiProblem {
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let Err(error) = serde_path_to_error::deserialize::<_, T>(&mut deserializer) else {
        // Only what follows the value can be wrong then, and that has nothing to do with the type.
        return malformed(format!("The JSON is broken at {place}."));
    };
    let path = error.path().to_string();
    match Fault::from_message(&error.inner().to_string()) {
        Fault::Unknown { field } => ApiProblem::new(codes::UNKNOWN_FIELD)
            .detail(format!("There is no field of that name, at {place}."))
            .field(joined(&path, &field), "unknown"),
        Fault::Missing { field } => ApiProblem::new(codes::INVALID_FIELD)
            .detail("A field is missing.")
            .field(joined(&path, &field), "missing"),
        Fault::Duplicate { field } => ApiProblem::new(codes::MALFORMED_JSON)
            .detail(format!("A field appears twice, at {place}."))
            .field(joined(&path, &field), "duplicate"),
        Fault::Unfit { detail } if path == "." => {
            malformed(format!("The body as a whole: {detail}, at {place}."))
        }
        Fault::Unfit { detail } => ApiProblem::new(codes::INVALID_FIELD)
            .detail(format!("A field has the wrong shape, at {place}."))
            .field(path, detail),
    }
}

fn malformed(detail: String) -> ApiProblem {
    ApiProblem::new(codes::MALFORMED_JSON).detail(detail)
}

/// serde_json's own words, which never hold any of the input for syntax errors.
fn syntax(error: &serde_json::Error) -> String {
    let message = error.to_string();
    message.rfind(" at line ").map_or(message.as_str(), |end| &message[..end]).to_owned()
}

/// serde reports an absent field at its parent, and an unknown one at itself or at its parent.
fn joined(path: &str, field: &str) -> String {
    if path == "." || path == field {
        field.to_owned()
    } else if path.ends_with(&format!(".{field}")) {
        path.to_owned()
    } else {
        format!("{path}.{field}")
    }
}
