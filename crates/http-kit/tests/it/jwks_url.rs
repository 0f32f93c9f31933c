//! Keys from an address, as the dispatcher and OIDC issuers publish them.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair, RSA_PKCS1_SHA256};
use axum::extract::State;
use axum::routing::get as on_get;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::StatusCode;
use http_kit::Identity;
use http_kit::identity::IdentityConfig;
use serde_json::{Value, json};
use tokens::{Role, Roles};
use tokens::{SigningKey, TokenIssuer};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::jwt_identity::routes;
use crate::support::{Answer, Server, call, get};

const ISSUER: &str = "https://issuer.test";
const AUDIENCE: &str = "rookery";

#[derive(Default)]
struct Published {
    /// `None`: the issuer fails.
    keys: Mutex<Option<Vec<Value>>>,
    readings: AtomicUsize,
}

/// An issuer on a port of its own, and a service that verifies its tokens.
struct Setting {
    published: Arc<Published>,
    service: axum::Router,
    identity: Arc<Identity>,
    _issuer: Server,
}

impl Setting {
    async fn new(keys: &[Value]) -> Self {
        let published = Arc::new(Published::default());
        let router = axum::Router::new().route("/jwks.json", on_get(jwks)).with_state(Arc::clone(&published));
        let issuer = Server::start(router, http_kit::Limits::for_testing()).await;
        let config = IdentityConfig::Jwt {
            jwks_file: None,
            jwks_url: Some(format!("http://{}/jwks.json", issuer.address).parse().expect("it is an address")),
            issuer: ISSUER.to_owned(),
            audience: AUDIENCE.to_owned(),
        };
        let identity = Arc::new(Identity::new(&config).expect("nothing is read yet"));
        let setting = Self { published, service: routes(Arc::clone(&identity)), identity, _issuer: issuer };
        setting.publish(keys);
        setting
    }

    fn publish(&self, keys: &[Value]) {
        *self.published.keys.lock().expect("no test panics with it") = Some(keys.to_vec());
    }

    fn fail(&self) {
        *self.published.keys.lock().expect("no test panics with it") = None;
    }

    fn readings(&self) -> usize {
        self.published.readings.load(Ordering::SeqCst)
    }

    async fn with(&self, token: &str) -> Answer {
        call(&self.service, get("/", &[("authorization", &format!("Bearer {token}"))])).await
    }

    async fn refusal(&self, token: &str) -> String {
        self.with(token).await.problem().code.into_owned()
    }
}

async fn jwks(State(published): State<Arc<Published>>) -> (StatusCode, String) {
    published.readings.fetch_add(1, Ordering::SeqCst);
    match published.keys.lock().expect("no test panics with it").as_ref() {
        Some(keys) => (StatusCode::OK, json!({ "keys": keys }).to_string()),
        None => (StatusCode::BAD_GATEWAY, String::new()),
    }
}

fn new_key() -> SigningKey {
    SigningKey::generate().expect("there is randomness")
}

fn token(key: &SigningKey) -> String {
    let issuer = TokenIssuer::new(key, ISSUER, AUDIENCE);
    let roles = Roles::none().with(Role::User);
    issuer.issue(42, roles, SystemTime::now(), Duration::from_secs(60)).expect("the key is good")
}

fn encoded(json: &Value) -> String {
    URL_SAFE_NO_PAD.encode(json.to_string())
}

/// What has to be signed, for a key of that name and algorithm.
fn unsigned(kid: &str, algorithm: &str) -> String {
    let exp = jsonwebtoken::get_current_timestamp() + 60;
    let claims = json!({"iss": ISSUER, "aud": AUDIENCE, "sub": "42", "roles": ["user"], "exp": exp});
    format!("{}.{}", encoded(&json!({"alg": algorithm, "typ": "JWT", "kid": kid})), encoded(&claims))
}

#[tokio::test]
async fn a_rotated_key_is_believed_at_once_and_the_old_one_while_it_is_published() {
    let (old, new) = (new_key(), new_key());
    let setting = Setting::new(&[old.public_jwk()]).await;
    assert_eq!(setting.with(&token(&old)).await.status, 200);
    assert_eq!(setting.readings(), 1);
    setting.publish(&[old.public_jwk(), new.public_jwk()]);
    assert_eq!(setting.with(&token(&new)).await.status, 200, "the set that is known is stale");
    assert_eq!(setting.with(&token(&old)).await.status, 200);
    setting.publish(&[new.public_jwk()]);
    let token_of_old = token(&old);
    let end = CancellationToken::new();
    let refreshing = tokio::spawn({
        let (identity, end) = (Arc::clone(&setting.identity), end.clone());
        async move { identity.keep_fresh(end).await }
    });
    let withdrawn = async {
        while setting.with(&token_of_old).await.status == 200 {
            tokio::task::yield_now().await;
        }
    };
    crate::support::within(withdrawn).await;
    end.cancel();
    refreshing.await.expect("it ends");
}

#[tokio::test]
async fn many_with_unknown_keys_cost_few_readings() {
    let key = new_key();
    let setting = Setting::new(&[key.public_jwk()]).await;
    let mut asking = JoinSet::new();
    for _ in 0..40 {
        let (service, stranger) = (setting.service.clone(), format!("Bearer {}", token(&new_key())));
        asking.spawn(async move { call(&service, get("/", &[("authorization", &stranger)])).await });
    }
    while let Some(answer) = asking.join_next().await {
        assert_eq!(answer.expect("it does not panic").problem().code, "token-invalid");
    }
    assert!(setting.readings() <= 3, "{} readings", setting.readings());
    assert_eq!(setting.with(&token(&key)).await.status, 200);
}

#[tokio::test]
async fn known_keys_stay_good_while_the_issuer_fails() {
    let (known, new) = (new_key(), new_key());
    let setting = Setting::new(&[known.public_jwk()]).await;
    setting.fail();
    assert_eq!(setting.refusal(&token(&known)).await, "unavailable", "nothing is known yet");
    setting.publish(&[known.public_jwk()]);
    assert_eq!(setting.with(&token(&known)).await.status, 200);
    setting.fail();
    assert_eq!(setting.with(&token(&known)).await.status, 200);
    assert_eq!(setting.refusal(&token(&new)).await, "unavailable", "a good token is not to be thrown away");
    setting.publish(&[]);
    assert_eq!(setting.with(&token(&known)).await.status, 200, "an empty set is a failure, too");
}

#[tokio::test]
async fn keys_of_other_issuers_are_believed_with_their_own_algorithm_alone() {
    let random = SystemRandom::new();
    let ec = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).expect("there is randomness");
    let rsa = aws_lc_rs::rsa::KeyPair::generate(aws_lc_rs::rsa::KeySize::Rsa2048).expect("there is, too");
    let point = ec.public_key().as_ref();
    let number = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
    let (n, e) = {
        let public = rsa.public_key();
        (
            number(public.modulus().big_endian_without_leading_zero()),
            number(public.exponent().big_endian_without_leading_zero()),
        )
    };
    let secret = number(b"a secret that everybody can read");
    let setting = Setting::new(&[
        json!({"kty": "EC", "crv": "P-256", "x": number(&point[1..33]), "y": number(&point[33..]), "kid": "ec"}),
        json!({"kty": "RSA", "n": n, "e": e, "kid": "rsa", "use": "sig", "alg": "RS256"}),
        json!({"kty": "RSA", "n": n, "e": e, "kid": "pss", "alg": "PS256"}),
        json!({"kty": "RSA", "n": n, "e": e, "kid": "enc", "use": "enc"}),
        json!({"kty": "oct", "k": secret, "kid": "hmac", "alg": "HS256"}),
    ])
    .await;
    let ec_signed = |message: &str| {
        let signature = ec.sign(&random, message.as_bytes()).expect("it signs");
        format!("{message}.{}", number(signature.as_ref()))
    };
    let rsa_signed = |message: &str| {
        let mut signature = vec![0; rsa.public_modulus_len()];
        rsa.sign(&RSA_PKCS1_SHA256, &random, message.as_bytes(), &mut signature).expect("it signs");
        format!("{message}.{}", number(&signature))
    };
    assert_eq!(setting.with(&ec_signed(&unsigned("ec", "ES256"))).await.body, "42 user");
    assert_eq!(setting.with(&rsa_signed(&unsigned("rsa", "RS256"))).await.body, "42 user");
    let mut hmac = jsonwebtoken::Header::new(jsonwebtoken::Algorithm::HS256);
    hmac.kid = Some("hmac".to_owned());
    let claims = json!({"iss": ISSUER, "aud": AUDIENCE, "sub": "42", "exp": u32::MAX});
    let hmac = jsonwebtoken::encode(
        &hmac,
        &claims,
        &jsonwebtoken::EncodingKey::from_secret(b"a secret that everybody can read"),
    );
    for (name, bad) in [
        ("header says ES256", rsa_signed(&unsigned("rsa", "ES256"))),
        ("header says EdDSA", rsa_signed(&unsigned("rsa", "EdDSA"))),
        ("the key is for PS256", rsa_signed(&unsigned("pss", "RS256"))),
        ("the key is for encryption", rsa_signed(&unsigned("enc", "RS256"))),
        ("symmetric", hmac.expect("it signs")),
        ("none", format!("{}.", unsigned("rsa", "none"))),
    ] {
        assert_eq!(setting.refusal(&bad).await, "token-invalid", "{name}");
    }
}

#[test]
fn only_addresses_of_the_web_are_taken() {
    use tokens::JwksUrl;
    for bad in ["", "jwks.json", "file:///etc/passwd", "ftp://issuer.test/jwks.json", "http://"] {
        assert!(bad.parse::<JwksUrl>().is_err(), "{bad}");
    }
    assert!("https://issuer.test/jwks.json".parse::<JwksUrl>().is_ok());
}
