//! Which action each operation is.

use std::collections::HashMap;

use http::Method;
use serde::Serialize;
use serde_json::Value;

use crate::rates::Action;

/// In the documentation of an operation: the action that it is.
const X_RATE: &str = "x-rate";

/// By route template and method.
#[derive(Debug)]
pub(super) struct Actions(HashMap<String, Vec<(Method, Action)>>);

impl Actions {
    /// Those of a document; each operation says its own.
    pub(super) fn of(document: &impl Serialize) -> Self {
        // A document is a tree of strings; where it could not be written, no test of its API would pass.
        let document = serde_json::to_value(document).unwrap_or_default();
        let paths = document["paths"].as_object().into_iter().flatten();
        let of_path = |(path, item): (&String, &Value)| {
            let operations = item.as_object().into_iter().flatten();
            let actions = operations.filter_map(|(method, operation)| {
                let action = Action::from_name(operation[X_RATE].as_str()?)?;
                Some((method.to_uppercase().parse().ok()?, action))
            });
            (path.clone(), actions.collect())
        };
        Self(paths.map(of_path).collect())
    }

    /// A read that says nothing of itself is no more than that, as are the pages of the documentation. A write without
    /// an action stands in no document that `rookery openapi` would write, and counts as the dearest of them.
    pub(super) fn find(&self, method: &Method, route: &str) -> Action {
        let method = if *method == Method::HEAD { &Method::GET } else { method };
        let known = self.0.get(route).and_then(|all| all.iter().find(|(known, _)| known == method));
        match known {
            Some((_, action)) => *action,
            None if method.is_safe() => Action::Read,
            None => Action::Post,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_operation_is_what_its_document_says() {
        let document = json!({"paths": {
            "/v1/messages": {"post": {"x-rate": "post"}, "get": {}},
            "/v1/messages/counts": {"get": {"x-rate": "count"}},
            "/v1/accounts/{id}/follow": {"put": {"x-rate": "edge"}, "delete": {"x-rate": "edge"}},
        }});
        let actions = Actions::of(&document);
        let find = |method: Method, route| actions.find(&method, route);
        assert_eq!(find(Method::POST, "/v1/messages"), Action::Post);
        assert_eq!(find(Method::GET, "/v1/messages"), Action::Read);
        assert_eq!(find(Method::HEAD, "/v1/messages/counts"), Action::Count);
        assert_eq!(find(Method::DELETE, "/v1/accounts/{id}/follow"), Action::Edge);
        assert_eq!(find(Method::GET, "/docs"), Action::Read);
    }
}
