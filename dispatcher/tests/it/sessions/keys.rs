use domain::Shard;
use event_store::buckets::SIGNING_KEYS;
use event_store_nats::find_bucket;
use http::HeaderMap;
use http::header::AUTHORIZATION;
use http_kit::Identity;
use http_kit::identity::IdentityConfig;
use reqwest::Method;
use serde_json::Value;
use testkit::eventually;

use super::{PASSWORD, SessionTokens, is_believed, kid, log_in, refresh, register, tokens};
use crate::app::{Api, App, PATIENCE, log_config, quiet};
use crate::tokens::{AUDIENCE, ISSUER};

/// A service that knows only the address of the dispatcher's keys, as the query API does.
fn verifier(api: &Api) -> Identity {
    let url = format!("http://{}/.well-known/jwks.json", api.address);
    let config = IdentityConfig::Jwt {
        jwks_file: None,
        jwks_url: Some(url.parse().expect("it is an address")),
        issuer: ISSUER.to_owned(),
        audience: AUDIENCE.to_owned(),
    };
    Identity::new(&config).expect("nothing is read yet")
}

async fn verifies(verifier: &Identity, tokens: &SessionTokens) -> bool {
    let mut headers = HeaderMap::new();
    let authorization = format!("Bearer {}", tokens.access_token);
    headers.insert(AUTHORIZATION, authorization.parse().expect("it is a header value"));
    verifier
        .resolve(&headers, None)
        .await
        .is_ok_and(|caller| caller.is_some_and(|caller| caller.session.is_some()))
}

async fn published(api: &Api) -> Vec<String> {
    let answer = api.send(Method::GET, "/.well-known/jwks.json", &[], "").await;
    assert_eq!((answer.status, answer.header("cache-control")), (200, "public, max-age=60"), "{answer:?}");
    assert!(!answer.body.contains("\"d\""), "a private key is published");
    let jwks: Value = serde_json::from_str(&answer.body).expect("it is JSON");
    let keys = jwks["keys"].as_array().expect("it is a key set");
    keys.iter().map(|key| key["kid"].as_str().expect("keys have names").to_owned()).collect()
}

async fn rotate(app: &App) -> String {
    let bucket = find_bucket(app.log.client(), Shard(0), SIGNING_KEYS).await.expect("the dispatcher made it");
    dispatcher::rotate_signing_keys(bucket).await.expect("the bucket takes it")
}

#[tokio::test]
async fn dispatchers_that_start_at_once_share_one_key() {
    let app = App::start().await;
    let (config, identity) = (log_config(&app.nats), app.tokens.config());
    let open = || Api::open(&config, &identity, quiet());
    let (two, three) = tokio::join!(open(), open());
    let keys = published(&app.api).await;
    assert_eq!(keys.len(), 1);
    assert_eq!((&published(&two).await, &published(&three).await), (&keys, &keys));
}

#[tokio::test]
async fn a_rotation_locks_nobody_out() {
    let app = App::start().await;
    register(&app, 100, "ada").await;
    let second = Api::open(&log_config(&app.nats), &app.tokens.config(), quiet()).await;
    let reader = verifier(&app.api);
    let reader_of_second = verifier(&second);
    let old = tokens(&log_in(&app.api, "ada", PASSWORD).await);
    assert!(verifies(&reader, &old).await && verifies(&reader_of_second, &old).await);

    let new_kid = rotate(&app).await;
    // Looked for in the key set: each log-in opens a session, and an account keeps only its newest ones.
    eventually("it knows the new key", PATIENCE, async || {
        let published = published(&app.api).await;
        if published.contains(&new_kid) { Ok(()) } else { Err(published.join(", ")) }
    })
    .await;
    let new = tokens(&log_in(&app.api, "ada", PASSWORD).await);
    assert_eq!(kid(&new), new_kid);
    assert!(verifies(&reader, &new).await, "its set is stale, and it asks again");
    assert!(verifies(&reader_of_second, &new).await, "the other dispatcher publishes it as well");
    assert!(is_believed(&second, &new).await, "and believes it");
    assert!(verifies(&reader, &old).await && is_believed(&app.api, &old).await, "the old one has its hour");
    assert_eq!(published(&app.api).await.len(), 2);
    let next = tokens(&refresh(&second, &old.refresh_token).await);
    assert_eq!(kid(&next), new_kid, "sessions go on with the new key");
}

#[tokio::test]
async fn an_operators_token_is_good_beside_the_sessions_own() {
    let app = App::start().await;
    let operator = app.user(7).post(&serde_json::json!({"text": "from a key file"})).await;
    assert_eq!(operator.status, 201);
    assert!(
        !verifies_file_token(&app).await,
        "those who know the dispatcher's keys alone do not know the file's"
    );
}

async fn verifies_file_token(app: &App) -> bool {
    let mut headers = HeaderMap::new();
    headers.insert(AUTHORIZATION, app.tokens.of(7, "user").parse().expect("it is a header value"));
    verifier(&app.api).resolve(&headers, None).await.is_ok()
}
