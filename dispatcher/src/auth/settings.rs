//! What the sessions of an installation say about themselves.

/// Settings of the session routes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionSettings {
    /// What access tokens say in `iss`, and all services expect there.
    pub issuer: String,
    /// What access tokens say in `aud`, and all services expect there.
    pub audience: String,
}

impl Default for SessionSettings {
    fn default() -> Self {
        Self { issuer: "rookery".to_owned(), audience: "rookery".to_owned() }
    }
}
