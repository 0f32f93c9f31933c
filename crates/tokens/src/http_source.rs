//! What is read over HTTP again and again: a small answer from an address of ours or of an issuer.

use std::time::Duration;

use reqwest::{Client, Response, Url};

/// For a whole answer. A request with an unknown key waits for it, so it is short.
const FETCH_TIMEOUT: Duration = Duration::from_secs(3);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(1);
const REDIRECTS_MAX: usize = 3;

/// An address with http or https and a host.
pub(crate) fn parse(text: &str) -> Option<Url> {
    Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
}

pub(crate) fn client(url: &Url) -> reqwest::Result<Client> {
    let is_encrypted = url.scheme() == "https";
    let mut builder = Client::builder()
        .timeout(FETCH_TIMEOUT)
        .connect_timeout(CONNECT_TIMEOUT)
        .redirect(reqwest::redirect::Policy::limited(REDIRECTS_MAX))
        // A caller that asked for encryption must not be led away from it.
        .https_only(is_encrypted);
    if !is_encrypted {
        // A machine without certificates can still talk to its neighbour.
        builder = builder.tls_certs_only([]);
    }
    builder.build()
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum FetchError {
    #[error(transparent)]
    Http(#[from] reqwest::Error),
    #[error("it is larger than {0} bytes")]
    TooLarge(usize),
}

pub(crate) async fn fetch(client: &Client, url: Url, bytes_max: usize) -> Result<Vec<u8>, FetchError> {
    let answer = client.get(url).send().await.and_then(Response::error_for_status)?;
    read(answer, bytes_max).await
}

/// The body, as far as it is not too long.
pub(crate) async fn read(mut answer: Response, bytes_max: usize) -> Result<Vec<u8>, FetchError> {
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await? {
        if body.len() + chunk.len() > bytes_max {
            return Err(FetchError::TooLarge(bytes_max));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}
