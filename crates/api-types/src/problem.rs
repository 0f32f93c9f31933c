//! The body of every error answer: a problem as RFC 9457 defines it.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::codes::Code;

/// The media type of a [`Problem`].
pub const PROBLEM_JSON: &str = "application/problem+json";

/// Why a request was not answered as asked (RFC 9457).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Problem {
    /// A URI reference to the page about this code.
    #[serde(rename = "type")]
    #[schema(value_type = String, example = "/docs/errors#not-found")]
    pub type_uri: Cow<'static, str>,
    /// What went wrong, in words that are the same for every occurrence.
    #[schema(value_type = String)]
    pub title: Cow<'static, str>,
    /// The HTTP status of the answer.
    #[schema(example = 404)]
    pub status: u16,
    /// The stable code that programs branch on.
    #[schema(value_type = String, example = "not-found")]
    pub code: Cow<'static, str>,
    /// What went wrong this time, for a person. It may change; do not parse it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, nullable = false)]
    pub detail: Option<Cow<'static, str>>,
    /// The id under which the operators find this request in their logs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub request_id: Option<String>,
    /// The fields or parameters at fault, where they can be named.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
}

/// One field, parameter or header at fault.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FieldError {
    /// The field's path in the body, or the parameter's name.
    #[schema(example = "text")]
    pub field: String,
    /// The stable code of this single fault.
    #[schema(value_type = String, example = "invalid-field")]
    pub code: Cow<'static, str>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub detail: Option<String>,
}

impl Problem {
    #[must_use]
    pub fn new(code: Code) -> Self {
        Self {
            type_uri: Cow::Borrowed(code.type_uri),
            title: Cow::Borrowed(code.title),
            status: code.status,
            code: Cow::Borrowed(code.code),
            detail: None,
            request_id: None,
            errors: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codes;

    #[test]
    fn absent_members_are_left_out() {
        let json = serde_json::to_value(Problem::new(codes::NOT_FOUND)).expect("a problem always serialises");
        assert_eq!(
            json,
            serde_json::json!({
                "type": "/docs/errors#not-found",
                "title": "There is nothing at this address.",
                "status": 404,
                "code": "not-found",
            })
        );
    }

    #[test]
    fn a_problem_survives_the_round_trip() {
        let mut problem = Problem::new(codes::INVALID_FIELD);
        problem.detail = Some("A person reads this.".into());
        problem.request_id = Some("r-1".to_owned());
        problem.errors.push(FieldError {
            field: "text".to_owned(),
            code: "invalid-field".into(),
            detail: None,
        });
        let json = serde_json::to_string(&problem).expect("a problem always serialises");
        assert_eq!(serde_json::from_str::<Problem>(&json).expect("it was just written"), problem);
    }
}
