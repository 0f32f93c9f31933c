use std::sync::{Arc, OnceLock};

use async_trait::async_trait;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;
use tokens::{KeySet, KeySource, KeysUnavailable, SigningKey, TokenVerifier, public_jwks};
use tokio::runtime::{Builder, Runtime};

/// How the corpus writes the head of a token that names our key: it cannot know the name.
const HEAD: &str = "HEAD";

struct Fixture {
    runtime: Runtime,
    verifier: TokenVerifier,
    head: String,
}

/// An access token. None is signed by the key, which is made anew for each run.
///
/// # Panics
/// Where a text is believed.
pub fn token(bytes: &[u8]) {
    static FIXTURE: OnceLock<Fixture> = OnceLock::new();
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let Fixture { runtime, verifier, head } = FIXTURE.get_or_init(fixture);
    let text = text.replace(HEAD, head);
    let verified = runtime.block_on(verifier.verify(&text));
    assert!(verified.is_err(), "{text} is believed: {verified:?}");
}

fn fixture() -> Fixture {
    let key = SigningKey::generate().expect("there is randomness");
    let keys = public_jwks([&key]).to_string();
    let keys = KeySet::from_json(keys.as_bytes()).expect("it is a set of keys");
    let head = json!({"alg": "EdDSA", "typ": "at+jwt", "kid": key.kid()}).to_string();
    let source: Arc<dyn KeySource> = Arc::new(Fixed(Arc::new(keys)));
    Fixture {
        runtime: Builder::new_current_thread().build().expect("such a runtime needs nothing"),
        verifier: TokenVerifier::new(vec![source], "rookery", "rookery", Arc::default()),
        head: URL_SAFE_NO_PAD.encode(head),
    }
}

#[derive(Debug)]
struct Fixed(Arc<KeySet>);

#[async_trait]
impl KeySource for Fixed {
    fn current(&self) -> Arc<KeySet> {
        Arc::clone(&self.0)
    }

    async fn look_again(&self, _kid: &str) -> Result<Arc<KeySet>, KeysUnavailable> {
        Ok(Arc::clone(&self.0))
    }

    async fn refresh(&self) {}
}
