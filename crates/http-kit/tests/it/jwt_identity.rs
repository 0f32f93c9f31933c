use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use axum::Router;
use axum::body::Body;
use axum::routing::get as on_get;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http_kit::identity::IdentityConfig;
use http_kit::{Caller, Identity, Limits, OptionalCaller, Reader, limit_callers};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokens::{RevocationPart, Revocations, Role, Roles, Scopes};
use tokens::{SigningKey, TokenIssuer, write_jwks};
use tokio::sync::Semaphore;
use uuid::Uuid;

use crate::support::{Answer, Headers, call, get, request, within};

const ISSUER: &str = "https://issuer.test";
const AUDIENCE: &str = "rookery";

struct Setting {
    router: Router,
    identity: Arc<Identity>,
    key: SigningKey,
    directory: TempDir,
}

impl Setting {
    fn new() -> Self {
        let directory = tempfile::tempdir().expect("there is room for a temporary directory");
        let key = SigningKey::generate().expect("there is randomness");
        let jwks_file = directory.path().join("jwks.json");
        write_jwks(&jwks_file, [&key]).expect("the directory is ours");
        let config = IdentityConfig::Jwt {
            jwks_file: Some(jwks_file),
            jwks_url: None,
            issuer: ISSUER.to_owned(),
            audience: AUDIENCE.to_owned(),
        };
        let identity = Arc::new(Identity::new(&config).expect("the key set was just written"));
        Self { router: routes(Arc::clone(&identity)), identity, key, directory }
    }

    fn jwks_file(&self) -> std::path::PathBuf {
        self.directory.path().join("jwks.json")
    }

    async fn read(&self, headers: &[(&str, &str)]) -> Answer {
        call(&self.router, get("/", headers)).await
    }

    async fn with_token(&self, token: &str) -> Answer {
        self.read(&[("authorization", &format!("Bearer {token}"))]).await
    }
}

pub(crate) fn routes(identity: Arc<Identity>) -> Router {
    let show = |caller: Caller| {
        let roles: Vec<_> = caller.roles.iter().map(|role| role.name()).collect();
        format!("{} {}", caller.account, roles.join(","))
    };
    Router::new()
        .route("/", on_get(move |Reader(caller): Reader| async move { show(caller) }))
        .route("/write", axum::routing::post(move |caller: Caller| async move { show(caller) }))
        .route(
            "/open",
            on_get(move |OptionalCaller(caller): OptionalCaller| async move {
                caller.map_or_else(|| "anonymous".to_owned(), show)
            }),
        )
        .with_state(identity)
}

fn now() -> u64 {
    jsonwebtoken::get_current_timestamp()
}

fn claims() -> Value {
    json!({"iss": ISSUER, "aud": AUDIENCE, "sub": "42", "roles": ["user"], "exp": now() + 60})
}

fn claims_with(name: &str, value: Value) -> Value {
    let mut claims = claims();
    claims[name] = value;
    claims
}

fn claims_without(name: &str) -> Value {
    let mut claims = claims();
    claims.as_object_mut().expect("claims are an object").remove(name);
    claims
}

fn header_of(key: &SigningKey) -> Value {
    json!({"alg": "EdDSA", "typ": "JWT", "kid": key.kid()})
}

/// A token with a good signature over any header and claims.
fn signed(key: &SigningKey, header: &Value, claims: &Value) -> String {
    let message = format!("{}.{}", encoded(header), encoded(claims));
    let private = EncodingKey::from_ed_pem(key.to_pkcs8_pem().as_bytes()).expect("it is an Ed25519 key");
    let signature =
        jsonwebtoken::crypto::sign(message.as_bytes(), &private, Algorithm::EdDSA).expect("it signs");
    format!("{message}.{signature}")
}

fn encoded(json: &Value) -> String {
    URL_SAFE_NO_PAD.encode(json.to_string())
}

#[tokio::test]
async fn an_issued_token_is_believed() {
    let setting = Setting::new();
    let issuer = TokenIssuer::new(&setting.key, ISSUER, AUDIENCE);
    let roles = Roles::none().with(Role::User).with(Role::Analyst);
    let token = issuer.issue(42, roles, SystemTime::now(), Duration::from_secs(60)).expect("the key is good");
    for _first_then_remembered in 0..2 {
        let answer = setting.with_token(&token).await;
        assert_eq!((answer.status.as_u16(), answer.body.as_str()), (200, "42 user,analyst"));
    }
}

#[tokio::test]
async fn a_revoked_token_is_void_although_it_was_remembered() {
    let setting = Setting::new();
    let (issuer, session) = (TokenIssuer::new(&setting.key, ISSUER, AUDIENCE), Uuid::now_v7());
    let (roles, now, hour) = (Roles::none().with(Role::User), SystemTime::now(), Duration::from_secs(3_600));
    let token = issuer.issue_for_session(42, roles, session, now, hour).expect("the key is good");
    assert_eq!(setting.with_token(&token).await.status.as_u16(), 200);
    let mut part = RevocationPart::default();
    part.end_sessions(42, &[session], 1_800_000_000_000);
    setting.identity.revocations().replace("log", Revocations::part_of(42), 1, part);
    let refused = setting.with_token(&token).await;
    assert_eq!(refused.problem().code, "token-revoked");
    assert_eq!(refused.header("www-authenticate"), r#"Bearer realm="rookery", error="invalid_token""#);
}

#[tokio::test]
async fn a_personal_token_does_what_its_scopes_say() {
    let setting = Setting::new();
    let issuer = TokenIssuer::new(&setting.key, ISSUER, AUDIENCE);
    for (scope, may_read, may_write) in
        [("read", true, false), ("write", false, true), ("more", false, false)]
    {
        let scopes = Scopes::from_names([scope]);
        let hour = Duration::from_secs(3_600);
        let token = issuer.issue_personal(42, Uuid::now_v7(), scopes, SystemTime::now(), hour);
        let header = format!("Bearer {}", token.expect("the key is good"));
        let headers = [("authorization", header.as_str())];
        let read = setting.read(&headers).await;
        let write =
            call(&setting.router, request("POST", "/write", &headers, axum::body::Body::empty())).await;
        for (answer, may) in [(read, may_read), (write, may_write)] {
            if may {
                assert_eq!(answer.body, "42 user", "{scope}");
            } else {
                assert_eq!(answer.problem().code, "scope-required", "{scope}");
            }
        }
    }
}

#[tokio::test]
async fn foreign_but_sound_tokens_are_believed() {
    let setting = Setting::new();
    let header = header_of(&setting.key);
    for claims in [
        claims(),
        claims_with("aud", json!(["other", AUDIENCE])),
        claims_with("roles", json!(["user", "somebody-elses-role"])),
        claims_with("exp", json!(now() as f64 + 60.5)),
    ] {
        let answer = setting.with_token(&signed(&setting.key, &header, &claims)).await;
        assert_eq!((answer.status.as_u16(), answer.body.as_str()), (200, "42 user"), "{claims}");
    }
    let answer = setting.with_token(&signed(&setting.key, &header, &claims_without("roles"))).await;
    assert_eq!(answer.body, "42 ");
}

#[tokio::test]
async fn without_a_token_writes_are_401_and_reads_403() {
    let setting = Setting::new();
    let answer = setting.read(&[]).await;
    assert_eq!((answer.status.as_u16(), answer.problem().code.as_ref()), (403, "identity-required"));
    let answer = call(&setting.router, request("POST", "/write", &[], axum::body::Body::empty())).await;
    assert_eq!((answer.status.as_u16(), answer.problem().code.as_ref()), (401, "unauthenticated"));
    assert_eq!(answer.header("www-authenticate"), r#"Bearer realm="rookery""#);
    assert_eq!(call(&setting.router, get("/open", &[])).await.body, "anonymous");
}

#[tokio::test]
async fn bad_tokens_are_refused_everywhere() {
    let setting = Setting::new();
    let (key, stranger) = (&setting.key, SigningKey::generate().expect("there is randomness"));
    let header = header_of(key);
    let good = signed(key, &header, &claims());
    let (message, signature) = good.rsplit_once('.').expect("a token has three parts");
    let promoted =
        format!("{}.{}.{signature}", encoded(&header), encoded(&claims_with("roles", json!(["admin"]))));
    let public = key.public_jwk()["x"].as_str().expect("it is text").to_owned();
    let mut hmac = Header::new(Algorithm::HS256);
    hmac.kid = Some(key.kid().to_owned());
    let confused = jsonwebtoken::encode(&hmac, &claims(), &EncodingKey::from_secret(public.as_bytes()));
    let with_header = |name: &str, value: Value| {
        let mut header = header.clone();
        header[name] = value;
        signed(key, &header, &claims())
    };
    let with_claims = |claims: Value| signed(key, &header, &claims);
    let cases = [
        ("empty", String::new()),
        ("no token", "abc".to_owned()),
        ("three dots", "...".to_owned()),
        ("huge", "x".repeat(10_000)),
        ("no signature", format!("{message}.")),
        ("foreign signature", signed(&stranger, &header, &claims())),
        ("other claims", promoted),
        (
            "algorithm none",
            format!("{}.{}.", encoded(&json!({"alg": "none", "kid": key.kid()})), encoded(&claims())),
        ),
        ("public key as a secret", confused.expect("it signs")),
        ("header says HS256", with_header("alg", json!("HS256"))),
        ("no key named", signed(key, &json!({"alg": "EdDSA"}), &claims())),
        ("unknown key named", with_header("kid", json!("nobody"))),
        (
            "key brought along",
            signed(&stranger, &json!({"alg": "EdDSA", "jwk": stranger.public_jwk()}), &claims()),
        ),
        ("critical extension", with_header("crit", json!(["exp"]))),
        ("another kind of token", with_header("typ", json!("logout+jwt"))),
        ("no expiry", with_claims(claims_without("exp"))),
        ("expiry is text", with_claims(claims_with("exp", json!("tomorrow")))),
        ("not yet good", with_claims(claims_with("nbf", json!(now() + 60)))),
        ("no issuer", with_claims(claims_without("iss"))),
        ("another issuer", with_claims(claims_with("iss", json!("https://evil.test")))),
        ("no audience", with_claims(claims_without("aud"))),
        ("another audience", with_claims(claims_with("aud", json!(["other"])))),
        ("no subject", with_claims(claims_without("sub"))),
        ("subject with zeros", with_claims(claims_with("sub", json!("007")))),
        ("subject is negative", with_claims(claims_with("sub", json!("-42")))),
        ("subject is a number", with_claims(claims_with("sub", json!(42)))),
        ("roles are text", with_claims(claims_with("roles", json!("admin")))),
    ];
    for (name, token) in cases {
        let authorization = format!("Bearer {token}");
        let headers: &[_] = &[("authorization", authorization.as_str())];
        for request in [
            get("/", headers),
            get("/open", headers),
            request("POST", "/write", headers, axum::body::Body::empty()),
        ] {
            let answer = call(&setting.router, request).await;
            assert_eq!(
                (answer.status.as_u16(), answer.problem().code.as_ref()),
                (401, "token-invalid"),
                "{name}"
            );
            assert!(answer.header("www-authenticate").contains("invalid_token"), "{name}");
            assert!(token.len() < 10 || !answer.body.contains(&token), "{name} is repeated");
        }
    }
}

#[tokio::test]
async fn an_expired_token_is_told_apart() {
    let setting = Setting::new();
    let issuer = TokenIssuer::new(&setting.key, ISSUER, AUDIENCE);
    let earlier = SystemTime::now() - Duration::from_secs(120);
    let token = issuer.issue(42, Roles::none(), earlier, Duration::from_secs(60)).expect("the key is good");
    let answer = setting.with_token(&token).await;
    assert_eq!((answer.status.as_u16(), answer.problem().code.as_ref()), (401, "token-expired"));
}

#[tokio::test]
async fn other_credentials_are_refused() {
    let setting = Setting::new();
    let good = format!("bearer {}", signed(&setting.key, &header_of(&setting.key), &claims()));
    assert_eq!(setting.read(&[("authorization", &good)]).await.status.as_u16(), 200);
    let cases: &[&[(&str, &str)]] = &[
        &[("authorization", "Basic dXNlcjpwYXNz")],
        &[("authorization", "Bearer")],
        &[("authorization", "")],
        &[("authorization", &good), ("authorization", &good)],
    ];
    for headers in cases {
        assert_eq!(setting.read(headers).await.problem().code, "token-invalid");
    }
    let gateway = [("x-user-id", "1"), ("x-user-roles", "admin")];
    assert_eq!(setting.read(&gateway).await.problem().code, "identity-required");
}

#[tokio::test]
async fn a_new_key_is_found_without_a_restart() {
    let setting = Setting::new();
    let fresh = SigningKey::generate().expect("there is randomness");
    let token = signed(&fresh, &header_of(&fresh), &claims());
    assert_eq!(setting.with_token(&token).await.problem().code, "token-invalid");
    write_jwks(&setting.jwks_file(), [&setting.key, &fresh]).expect("the directory is ours");
    // The file is read at most once per second, so asking is what the test has to do meanwhile.
    let found = async {
        while setting.with_token(&token).await.status != 200 {
            tokio::task::yield_now().await;
        }
    };
    crate::support::within(found).await;
    let old = signed(&setting.key, &header_of(&setting.key), &claims());
    assert_eq!(setting.with_token(&old).await.status.as_u16(), 200);
}

#[test]
fn a_key_set_without_a_usable_key_is_refused() {
    let directory = tempfile::tempdir().expect("there is room for a temporary directory");
    let jwks_file = directory.path().join("jwks.json");
    let config = IdentityConfig::Jwt {
        jwks_file: Some(jwks_file.clone()),
        jwks_url: None,
        issuer: String::new(),
        audience: String::new(),
    };
    assert!(Identity::new(&config).is_err(), "there is no file");
    for content in
        ["", "{}", r#"{"keys":[]}"#, r#"{"keys":[{"kty":"OKP","crv":"Ed25519","x":"AAAA","kid":"short"}]}"#]
    {
        std::fs::write(&jwks_file, content).expect("the directory is ours");
        assert!(Identity::new(&config).is_err(), "{content:?}");
    }
}

#[test]
fn a_private_key_survives_its_file() {
    use std::os::unix::fs::PermissionsExt;

    let directory = tempfile::tempdir().expect("there is room for a temporary directory");
    let path: &Path = &directory.path().join("key.pem");
    let key = SigningKey::generate().expect("there is randomness");
    key.write_pem(path).expect("the directory is ours");
    assert_eq!(SigningKey::read_pem(path).expect("it was just written").kid(), key.kid());
    assert_eq!(std::fs::metadata(path).expect("it exists").permissions().mode() & 0o777, 0o600);
    assert!(key.write_pem(path).is_err(), "a key was overwritten");
    assert!(!format!("{key:?}").contains(&key.to_pkcs8_pem()[30..60]));
    assert!(
        SigningKey::from_pkcs8_pem("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n").is_err()
    );
}

#[tokio::test]
async fn no_read_outlives_its_session_however_long_it_waits() {
    let setting = Setting::new();
    let (arrived, leave) = (Arc::new(Semaphore::new(0)), Arc::new(Semaphore::new(0)));
    let slow = {
        let (arrived, leave) = (Arc::clone(&arrived), Arc::clone(&leave));
        move |OptionalCaller(_caller): OptionalCaller| async move {
            arrived.add_permits(1);
            leave.acquire().await.expect("it stays open").forget();
            "done"
        }
    };
    let routes = Router::new()
        .route("/slow", on_get(slow.clone()).post(slow))
        .with_state(Arc::clone(&setting.identity));
    let router = limit_callers(routes, Arc::clone(&setting.identity), &json!({}), &Limits::for_testing());
    let (issuer, session) = (TokenIssuer::new(&setting.key, ISSUER, AUDIENCE), Uuid::now_v7());
    let token = issuer
        .issue_for_session(42, Roles::none(), session, SystemTime::now(), Duration::from_secs(3_600))
        .expect("the key is good");
    let authorization = format!("Bearer {token}");
    let ask = async |method| {
        let headers: Headers<'_> = &[("authorization", &authorization)];
        call(&router, request(method, "/slow", headers, Body::empty())).await
    };
    let logging_out = async {
        within(arrived.acquire_many(2)).await.expect("it stays open").forget();
        let mut part = RevocationPart::default();
        part.end_sessions(42, &[session], 1_800_000_000_000);
        setting.identity.revocations().replace("log", Revocations::part_of(42), 1, part);
        leave.add_permits(2);
    };
    let (read, written, ()) = tokio::join!(ask("GET"), ask("POST"), logging_out);
    assert_eq!((read.status.as_u16(), read.problem().code.as_ref()), (401, "token-revoked"));
    assert_eq!((written.status.as_u16(), &*written.body), (200, "done"), "what was done is told");
}
