//! What a provider says of itself (OpenID Connect Discovery 1.0 §3).

use reqwest::Url;
use serde::Deserialize;

use super::ProviderError;

/// Behind the issuer's address.
const PATH: &str = ".well-known/openid-configuration";
/// Large providers publish about 5 KB.
pub(super) const BYTES_MAX: usize = 64 * 1024;

#[derive(Debug, Deserialize)]
struct Published {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    jwks_uri: String,
    #[serde(default)]
    token_endpoint_auth_methods_supported: Option<Vec<String>>,
    #[serde(default)]
    authorization_response_iss_parameter_supported: bool,
}

#[derive(Debug, Clone)]
pub(super) struct Metadata {
    pub(super) authorization_endpoint: Url,
    pub(super) token_endpoint: Url,
    pub(super) jwks_uri: Url,
    pub(super) takes: ClientSecretIn,
    /// RFC 9207: whether it says who it is where it sends people back.
    pub(super) sends_issuer: bool,
}

/// How a client with a secret shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ClientSecretIn {
    Header,
    Body,
}

pub(super) fn url_of(issuer: &str) -> Result<Url, ProviderError> {
    let url = format!("{}/{PATH}", issuer.trim_end_matches('/'));
    Url::parse(&url).map_err(|error| ProviderError::Unavailable(error.into()))
}

impl Metadata {
    /// # Errors
    /// Where it is not what the configured issuer may publish: another issuer's document, or addresses without TLS.
    pub(super) fn parse(json: &[u8], issuer: &str) -> Result<Self, ProviderError> {
        let unusable = |why: String| ProviderError::Unavailable(why.into());
        let published: Published =
            serde_json::from_slice(json).map_err(|error| unusable(format!("its metadata: {error}")))?;
        if published.issuer != issuer {
            return Err(unusable("its metadata is that of another issuer".to_owned()));
        }
        let protected = |text: &str| {
            let url = Url::parse(text).ok().filter(super::settings::is_protected);
            url.ok_or_else(|| unusable(format!("{text} is no address with https")))
        };
        let authorization_endpoint = protected(&published.authorization_endpoint)?;
        let token_endpoint = protected(&published.token_endpoint)?;
        let jwks_uri = protected(&published.jwks_uri)?;
        let methods = published.token_endpoint_auth_methods_supported;
        let has = |method: &str| methods.as_ref().is_some_and(|all| all.iter().any(|one| one == method));
        let takes = if has("client_secret_post") && !has("client_secret_basic") {
            ClientSecretIn::Body
        } else {
            // What is meant where it says nothing.
            ClientSecretIn::Header
        };
        let sends_issuer = published.authorization_response_iss_parameter_supported;
        Ok(Self { authorization_endpoint, token_endpoint, jwks_uri, takes, sends_issuer })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn document(issuer: &str, token_endpoint: &str) -> Vec<u8> {
        json!({
            "issuer": issuer,
            "authorization_endpoint": "https://id.example/authorize",
            "token_endpoint": token_endpoint,
            "jwks_uri": "https://id.example/jwks",
            "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt"],
        })
        .to_string()
        .into_bytes()
    }

    #[test]
    fn only_the_configured_issuers_own_document_is_believed() {
        let issuer = "https://id.example";
        let good = Metadata::parse(&document(issuer, "https://id.example/token"), issuer);
        assert_eq!(good.expect("it is good").takes, ClientSecretIn::Body);
        for (named, token_endpoint) in [
            ("https://evil.example", "https://id.example/token"),
            ("https://id.example/", "https://id.example/token"),
            (issuer, "http://id.example/token"),
            (issuer, "file:///etc/passwd"),
        ] {
            assert!(
                Metadata::parse(&document(named, token_endpoint), issuer).is_err(),
                "{named} {token_endpoint}"
            );
        }
        assert!(Metadata::parse(b"{}", issuer).is_err());
    }

    #[test]
    fn the_document_is_beside_the_issuer() {
        let url = |issuer| url_of(issuer).expect("it is an address").to_string();
        let expected = "https://id.example/realms/r/.well-known/openid-configuration";
        assert_eq!(url("https://id.example/realms/r"), expected);
        assert_eq!(url("https://id.example/realms/r/"), expected);
    }
}
