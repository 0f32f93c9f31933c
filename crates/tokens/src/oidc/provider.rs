//! One provider: what is known of it, and what is asked of it.

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use form_urlencoded::{Serializer, byte_serialize};
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use reqwest::{Client, Response, StatusCode, Url};
use serde::Deserialize;
use service_kit::config::Secret;
use sha2::{Digest, Sha256};

use super::ProviderError;
use super::cached::Cached;
use super::id_token::{self, Expected, IdToken};
use super::metadata::{self, ClientSecretIn, Metadata};
use super::settings::ProviderSettings;
use crate::http_source;
use crate::key_set::KeySet;

/// For one answer of a provider.
const FETCH_TIMEOUT: Duration = Duration::from_secs(4);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);
/// For all answers that a request of ours needs.
const REDEEM_TIMEOUT: Duration = Duration::from_secs(10);
/// What a provider says of itself changes seldom.
const METADATA_AGE_MAX: Duration = Duration::from_secs(3_600);
/// A key that a provider withdrew is believed for so long at most, while it answers.
const KEYS_AGE_MAX: Duration = Duration::from_secs(600);
/// Large providers publish about 10 KB.
const KEYS_BYTES_MAX: usize = 256 * 1024;
/// Three tokens at most.
const TOKENS_BYTES_MAX: usize = 128 * 1024;

#[derive(Debug)]
pub struct Provider {
    settings: ProviderSettings,
    client: Client,
    metadata: Cached<Metadata>,
    keys: Cached<KeySet>,
}

#[derive(Debug, thiserror::Error)]
#[error("the HTTP client cannot be made")]
pub struct NoHttpClient(#[source] reqwest::Error);

/// Where somebody is sent to.
#[derive(Debug, Clone, Copy)]
pub struct AuthorizationRequest<'of> {
    pub redirect_uri: &'of str,
    pub state: &'of str,
    pub nonce: &'of str,
    /// Of PKCE.
    pub verifier: &'of str,
}

/// What somebody came back with.
#[derive(Debug, Clone, Copy)]
pub struct CodeRedemption<'of> {
    pub code: &'of str,
    /// As the provider said in the address, if it did (RFC 9207).
    pub issuer: Option<&'of str>,
    pub redirect_uri: &'of str,
    pub nonce: &'of str,
    pub verifier: &'of str,
}

#[derive(Deserialize)]
struct Tokens {
    #[serde(default)]
    id_token: Option<String>,
}

#[derive(Deserialize)]
struct Failure {
    error: String,
}

impl Provider {
    /// Asks for nothing yet.
    ///
    /// # Errors
    /// When no HTTP client can be made.
    pub fn new(settings: ProviderSettings) -> Result<Self, NoHttpClient> {
        let is_encrypted = settings.issuer.starts_with("https:");
        let mut builder = Client::builder()
            .timeout(FETCH_TIMEOUT)
            .connect_timeout(CONNECT_TIMEOUT)
            // Its addresses are those of its metadata, and no others.
            .redirect(reqwest::redirect::Policy::none())
            .https_only(is_encrypted);
        if !is_encrypted {
            // A machine without certificates can still talk to itself.
            builder = builder.tls_certs_only([]);
        }
        let (metadata, keys) = (Cached::new(METADATA_AGE_MAX), Cached::new(KEYS_AGE_MAX));
        Ok(Self { settings, client: builder.build().map_err(NoHttpClient)?, metadata, keys })
    }

    #[must_use]
    pub fn settings(&self) -> &ProviderSettings {
        &self.settings
    }

    /// The address at which somebody logs in.
    ///
    /// # Errors
    /// While nothing is known of the provider.
    pub async fn authorization_url(
        &self,
        request: AuthorizationRequest<'_>,
    ) -> Result<String, ProviderError> {
        let metadata = Self::within(self.metadata()).await?;
        let mut url = metadata.authorization_endpoint.clone();
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(request.verifier));
        url.query_pairs_mut()
            .append_pair("response_type", "code")
            .append_pair("client_id", &self.settings.client_id)
            .append_pair("redirect_uri", request.redirect_uri)
            // Nothing else is asked for, so nothing else, like an address of a mailbox, can be believed by mistake.
            .append_pair("scope", "openid")
            .append_pair("state", request.state)
            .append_pair("nonce", request.nonce)
            .append_pair("code_challenge", &challenge)
            .append_pair("code_challenge_method", "S256");
        Ok(url.into())
    }

    /// Whom the code stands for.
    ///
    /// # Errors
    /// Where the provider, or its token, does not confirm the log-in, or does not answer.
    pub async fn redeem(&self, redemption: CodeRedemption<'_>) -> Result<IdToken, ProviderError> {
        Self::within(self.redeem_and_verify(redemption)).await
    }

    async fn redeem_and_verify(&self, redemption: CodeRedemption<'_>) -> Result<IdToken, ProviderError> {
        let metadata = self.metadata().await?;
        let is_its_own = match redemption.issuer {
            Some(issuer) => issuer == self.settings.issuer,
            None => !metadata.sends_issuer,
        };
        if !is_its_own {
            return Err(ProviderError::Refused("the answer came from another provider".to_owned()));
        }
        let token = self.ask_for_token(&metadata, redemption).await?;
        let kid = id_token::kid(&token)?;
        let keys = self.keys.get(|keys| keys.knows(&kid), self.fetch_keys(metadata.jwks_uri.clone())).await?;
        let ProviderSettings { issuer, client_id, .. } = &self.settings;
        id_token::verify(&token, &keys, Expected { issuer, client_id, nonce: redemption.nonce })
    }

    async fn metadata(&self) -> Result<Arc<Metadata>, ProviderError> {
        self.metadata.get(|_| true, self.fetch_metadata()).await
    }

    async fn fetch_metadata(&self) -> Result<Metadata, ProviderError> {
        let issuer = &self.settings.issuer;
        let json = self.fetch(metadata::url_of(issuer)?, metadata::BYTES_MAX).await?;
        Metadata::parse(&json, issuer)
    }

    async fn fetch_keys(&self, url: Url) -> Result<KeySet, ProviderError> {
        let json = self.fetch(url, KEYS_BYTES_MAX).await?;
        let keys = KeySet::from_json(&json).map_err(unavailable)?;
        if keys.is_empty() {
            return Err(unavailable("it publishes no key with a kid (Ed25519, P-256, or RSA of 2048 bits)"));
        }
        Ok(keys)
    }

    async fn fetch(&self, url: Url, bytes_max: usize) -> Result<Vec<u8>, ProviderError> {
        http_source::fetch(&self.client, url, bytes_max).await.map_err(unavailable)
    }

    /// RFC 6749 §4.1.3.
    async fn ask_for_token(
        &self,
        metadata: &Metadata,
        redemption: CodeRedemption<'_>,
    ) -> Result<String, ProviderError> {
        let mut fields = vec![
            ("grant_type", "authorization_code"),
            ("code", redemption.code),
            ("redirect_uri", redemption.redirect_uri),
            ("code_verifier", redemption.verifier),
        ];
        let mut request =
            self.client.post(metadata.token_endpoint.clone()).header(ACCEPT, "application/json");
        let client_id = &self.settings.client_id;
        match (&self.settings.client_secret, metadata.takes) {
            (Some(secret), ClientSecretIn::Header) => {
                request = request.header(AUTHORIZATION, basic(client_id, secret));
            }
            (Some(secret), ClientSecretIn::Body) => {
                fields.extend([("client_id", client_id.as_str()), ("client_secret", secret.expose())]);
            }
            (None, _) => fields.push(("client_id", client_id)),
        }
        let body = Serializer::new(String::new()).extend_pairs(fields).finish();
        let request = request.header(CONTENT_TYPE, "application/x-www-form-urlencoded").body(body);
        let answer = request.send().await.map_err(unavailable)?;
        read_token(answer).await
    }

    async fn within<T>(asking: impl Future<Output = Result<T, ProviderError>>) -> Result<T, ProviderError> {
        let outcome = tokio::time::timeout(REDEEM_TIMEOUT, asking).await;
        outcome.unwrap_or_else(|_elapsed| Err(unavailable("it took too long")))
    }
}

async fn read_token(answer: Response) -> Result<String, ProviderError> {
    let status = answer.status();
    let body = http_source::read(answer, TOKENS_BYTES_MAX).await.map_err(unavailable)?;
    if status == StatusCode::OK {
        let tokens: Tokens = serde_json::from_slice(&body).map_err(unavailable)?;
        return tokens.id_token.ok_or_else(|| unavailable("it gave no ID token"));
    }
    let failure: Option<Failure> = serde_json::from_slice(&body).ok();
    match failure {
        Some(failure) if status.is_client_error() && failure.error == "invalid_grant" => {
            Err(ProviderError::Refused("the code is not good".to_owned()))
        }
        // What it does not like of us is for an operator: a secret, a redirect.
        _ => Err(unavailable(format!("its token endpoint answered {status}"))),
    }
}

/// RFC 6749 §2.3.1: both are form-encoded before they are put together.
fn basic(client_id: &str, secret: &Secret) -> String {
    let encode = |text: &str| byte_serialize(text.as_bytes()).collect::<String>();
    format!("Basic {}", STANDARD.encode(format!("{}:{}", encode(client_id), encode(secret.expose()))))
}

fn unavailable(why: impl Into<Box<dyn Error + Send + Sync>>) -> ProviderError {
    ProviderError::Unavailable(why.into())
}
