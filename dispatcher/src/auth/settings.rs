//! What the sessions of an installation say about themselves.

/// Settings of the session routes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionSettings {
    /// What access tokens say in `iss`, and all services expect there.
    pub issuer: String,
    /// What access tokens say in `aud`, and all services expect there.
    pub audience: String,
    /// How many proxies of ours stand between the internet and this service. Each appends to `X-Forwarded-For` the
    /// address that it saw, so the caller's is that many entries from the right; what stands before it may be invented.
    pub trusted_proxy_hops: usize,
}

impl Default for SessionSettings {
    fn default() -> Self {
        Self { issuer: "rookery".to_owned(), audience: "rookery".to_owned(), trusted_proxy_hops: 0 }
    }
}
