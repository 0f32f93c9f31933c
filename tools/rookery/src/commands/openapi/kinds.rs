//! What operations share, by their kind: every answer that comes from what stands before or around a handler is said
//! here once. What a handler refuses besides stands in its own `x-problems`.

use api_types::codes::{self, Code};
use utoipa::openapi::path::{Operation, Parameter};
use utoipa::openapi::{HttpMethod, RefOr};

/// Where a handler lists the codes of its own; lists of them may be nested.
const OWN_CODES: &str = "x-problems";

/// An operation, and what it shows of its kind.
pub(super) struct Kind<'document> {
    pub(super) is_read: bool,
    needs_identity: bool,
    body: Option<&'document str>,
    parameters: Vec<&'document Parameter>,
}

impl<'document> Kind<'document> {
    pub(super) fn of(method: &HttpMethod, operation: &'document Operation) -> Self {
        let parameters = operation.parameters.iter().flatten().filter_map(|parameter| match parameter {
            RefOr::T(parameter) => Some(parameter),
            RefOr::Ref(_) => None,
        });
        let body = match &operation.request_body {
            Some(RefOr::T(body)) => body.content.keys().next().map(String::as_str),
            Some(RefOr::Ref(_)) | None => None,
        };
        Self {
            is_read: matches!(method, HttpMethod::Get),
            needs_identity: operation.security.is_some(),
            body,
            parameters: parameters.collect(),
        }
    }

    /// Whether it appends an event, or many.
    pub(super) fn is_command(&self) -> bool {
        self.takes("Idempotency-Key")
    }

    /// Whether it answers from the data set.
    pub(super) fn is_query(&self) -> bool {
        self.takes("Await-Position")
    }

    /// Whether it takes many commands as lines. What happens to one of them stands in its report.
    pub(super) fn is_import(&self) -> bool {
        self.is_command() && self.body.is_some_and(|body| body != "application/json")
    }

    fn takes(&self, name: &str) -> bool {
        self.parameters.iter().any(|parameter| parameter.name == name)
    }

    fn takes_address(&self) -> bool {
        // Queries and commands refuse every parameter that they do not know, also where they know none.
        use utoipa::openapi::path::ParameterIn::Path;
        self.is_query()
            || !self.is_read
            || self.parameters.iter().any(|parameter| parameter.parameter_in == Path)
    }

    /// The codes that all operations of this kind may answer.
    pub(super) fn codes(&self) -> Vec<Code> {
        let mut all = vec![
            codes::OTHER_LOG,
            codes::LOG_REFUSED,
            codes::OVERLOADED,
            codes::RATE_LIMITED,
            codes::UNAVAILABLE,
            codes::INTERNAL,
        ];
        all.push(if self.is_read { codes::REQUEST_TIMEOUT } else { codes::OUTCOME_UNKNOWN });
        if self.needs_identity {
            all.extend([codes::TOKEN_INVALID, codes::TOKEN_EXPIRED, codes::TOKEN_REVOKED]);
            all.extend([codes::GATEWAY_UNTRUSTED, codes::SCOPE_REQUIRED]);
            all.push(if self.is_read { codes::IDENTITY_REQUIRED } else { codes::UNAUTHENTICATED });
        }
        if self.takes_address() {
            all.push(codes::INVALID_PARAMETER);
        }
        if self.takes("cursor") {
            all.push(codes::INVALID_CURSOR);
        }
        if self.is_query() {
            all.extend([codes::INVALID_HEADER, codes::NOT_CAUGHT_UP]);
        }
        all.extend(self.codes_of_body());
        all.extend(self.codes_of_commands());
        all
    }

    fn codes_of_body(&self) -> Vec<Code> {
        let mut all = Vec::new();
        if self.body.is_some() {
            all.extend([codes::WRONG_CONTENT_TYPE, codes::UNSUPPORTED_CONTENT_ENCODING]);
        }
        if self.body.is_some() && !self.is_import() {
            all.extend([codes::MALFORMED_JSON, codes::UNKNOWN_FIELD, codes::INVALID_FIELD]);
            all.extend([codes::BODY_TOO_LARGE, codes::BODY_TIMEOUT]);
        }
        all
    }

    fn codes_of_commands(&self) -> Vec<Code> {
        let mut all = Vec::new();
        if self.is_command() {
            all.extend([codes::IDEMPOTENCY_KEY_INVALID, codes::LOG_FULL]);
        }
        if self.is_command() && self.needs_identity {
            all.push(codes::ROLE_REQUIRED);
        }
        if self.is_command() && !self.is_import() {
            all.extend([codes::IDEMPOTENCY_KEY_REUSED, codes::CONFLICT]);
        }
        if self.is_command() && !self.is_import() && self.needs_identity {
            all.extend([codes::ACCOUNT_MUST_BE_ACTIVE, codes::QUOTA_EXCEEDED]);
        }
        all
    }
}

/// Takes the codes of its own from an operation.
///
/// # Errors
/// A code that is in no table.
pub(super) fn take_own_codes(operation: &mut Operation) -> anyhow::Result<Vec<Code>> {
    let Some(listed) = operation.extensions.as_mut().and_then(|all| all.remove(OWN_CODES)) else {
        return Ok(Vec::new());
    };
    if operation.extensions.as_ref().is_some_and(|rest| rest.is_empty()) {
        operation.extensions = None;
    }
    let mut found = Vec::new();
    let mut left = vec![listed];
    while let Some(value) = left.pop() {
        match value {
            serde_json::Value::Array(values) => left.extend(values),
            value => {
                let code = value.as_str().and_then(codes::find);
                found.push(code.ok_or_else(|| anyhow::anyhow!("{value} is no code of ours"))?);
            }
        }
    }
    Ok(found)
}
