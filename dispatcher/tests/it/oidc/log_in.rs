use std::time::{SystemTime, UNIX_EPOCH};

use dispatcher::credential_store::totp;
use reqwest::Method;
use serde_json::json;
use testkit::oidc::Algorithm;

use super::{PASSWORD, account, begin, log_in, owner, post, proof_of, prove, register, start};
use crate::answer::refused;

#[tokio::test]
async fn a_newcomer_chooses_a_handle_and_is_let_in_from_then_on() {
    let (app, provider) = start().await;
    let (api, ada) = (&app.api, app.register("ada").await);
    let listed = api.send(Method::GET, "/v1/oidc/providers", &[], "").await;
    assert_eq!(listed.json(), json!([{"name": "one"}]));

    let begun = begin(api).await;
    let proved = prove(api, &begun, &provider.log_in(&begun.url, "subject-1")).await.json();
    assert_eq!((&proved["linked"], &proved["expiresIn"]), (&json!(false), &json!(600)));
    let proof = proved["proof"].as_str().expect("it is there");
    // The provider says that this is ada@example.org, and calls her ada.
    assert_eq!(log_in(api, proof).await.refusal(), refused(403, "oidc-not-linked"));
    assert_eq!(register(api, proof, "Ada").await.refusal(), refused(409, "HandleMustBeFree"));
    assert_eq!(register(api, proof, "admin").await.refusal(), refused(403, "handle-reserved"));
    let registered = register(api, proof, "Owl").await;
    assert_eq!((registered.status, &registered.json()["handle"]), (201, &json!("owl")), "{registered:?}");
    assert_eq!(register(api, proof, "another").await.refusal(), refused(409, "oidc-linked"));
    assert_eq!(app.events().await, 4);

    let session = log_in(api, proof).await;
    assert_eq!((session.status, session.header("cache-control")), (201, "no-store"), "{session:?}");
    assert_eq!(json!(account(&session)), registered.json()["id"]);
    assert_ne!(account(&session), ada.to_string());
    let again = log_in(api, &proof_of(api, &provider, "subject-1").await).await;
    assert_eq!(account(&again), account(&session));
    let caller = owner(api, &again);
    assert_eq!(caller.post(&json!({"text": "Hello"})).await.status, 201);
    let sessions = caller.send(Method::GET, "/v1/sessions", &[], "").await.json();
    assert_eq!(sessions.as_array().map(Vec::len), Some(2), "{sessions}");
    assert_eq!(sessions[0]["name"], "Phone");
    let links = caller.send(Method::GET, "/v1/accounts/me/oidc", &[], "").await;
    assert_eq!(links.json()[0]["provider"], "one");
    assert!(!links.body.contains("subject-1"), "only its hash is kept: {links:?}");
}

#[tokio::test]
async fn an_account_without_a_password_takes_none() {
    let (app, provider) = start().await;
    let proof = proof_of(&app.api, &provider, "subject-1").await;
    assert_eq!(register(&app.api, &proof, "owl").await.status, 201);
    for password in ["", "!", PASSWORD] {
        let answer = post(&app.api, "/v1/sessions", &json!({"handle": "owl", "password": password})).await;
        assert_eq!(answer.refusal(), refused(401, "credentials-invalid"), "{password}");
    }
}

#[tokio::test]
async fn a_registration_that_is_repeated_gets_the_first_answer() {
    let (app, provider) = start().await;
    let proof = proof_of(&app.api, &provider, "subject-1").await;
    let headers = [("content-type", "application/json"), ("idempotency-key", "k")];
    let send = async |proof: &str| {
        let body = json!({"proof": proof, "handle": "owl", "displayName": "Owl"}).to_string();
        app.api.send(Method::POST, "/v1/oidc/accounts", &headers, body).await
    };
    let first = send(&proof).await;
    assert_eq!(first.status, 201, "{first:?}");
    let later = proof_of(&app.api, &provider, "subject-1").await;
    for proof in [&proof, &later] {
        let again = send(proof).await;
        assert_eq!((again.status, &again.body), (201, &first.body), "{again:?}");
    }
    let other = proof_of(&app.api, &provider, "subject-2").await;
    assert_eq!(send(&other).await.refusal(), refused(422, "idempotency-key-reused"));
    assert_eq!(app.events().await, 2);
}

#[tokio::test]
async fn a_second_factor_is_asked_for_and_the_proof_is_good_for_the_next_try() {
    let (app, provider) = start().await;
    let proof = proof_of(&app.api, &provider, "subject-1").await;
    assert_eq!(register(&app.api, &proof, "owl").await.status, 201);
    let session = log_in(&app.api, &proof).await;
    let caller = owner(&app.api, &session);
    let factor = "/v1/accounts/me/second-factor";
    let neither = caller.json(Method::POST, factor, &[], &json!({})).await;
    assert_eq!(neither.refusal(), refused(400, "invalid-field"));
    let enrolled = caller.json(Method::POST, factor, &[], &json!({"oidcProof": proof})).await.json();
    let secret = totp_rs::Secret::try_from_base32(enrolled["secret"].as_str().expect("it is shown"));
    let secret = secret.expect("it is base32").as_bytes().try_into().expect("it has 160 bits");
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("it is later").as_secs();
    let code =
        |steps: u64| totp(secret).expect("the parameters are good").generate(now + 30 * steps).to_string();
    let confirm = format!("{factor}/confirm");
    assert_eq!(caller.json(Method::POST, &confirm, &[], &json!({"code": code(0)})).await.status, 200);

    assert_eq!(log_in(&app.api, &proof).await.refusal(), refused(401, "otp-required"));
    let with =
        async |otp: String| post(&app.api, "/v1/oidc/sessions", &json!({"proof": proof, "otp": otp})).await;
    assert_eq!(with("000000".to_owned()).await.refusal(), refused(401, "otp-invalid"));
    assert_eq!(with(code(1)).await.status, 201);
}

#[tokio::test]
async fn a_suspended_account_is_told_so_and_one_that_was_given_up_is_none() {
    let (app, provider) = start().await;
    let api = &app.api;
    let proof = proof_of(api, &provider, "subject-1").await;
    assert_eq!(register(api, &proof, "owl").await.status, 201);
    let session = log_in(api, &proof).await;
    let moderation = format!("/v1/accounts/{}/moderation", account(&session));
    let decide = async |action: &str| {
        let body = json!({"action": action, "reason": "spam"});
        let answer = app.caller(9, "moderator").json(Method::POST, &moderation, &[], &body).await;
        assert!((200..300).contains(&answer.status), "{answer:?}");
    };
    decide("suspend").await;
    assert_eq!(log_in(api, &proof).await.refusal(), refused(403, "account-suspended"));
    decide("lift").await;
    let session = log_in(api, &proof).await;
    assert_eq!(owner(api, &session).remove("/v1/accounts/me").await.status, 204);
    assert_eq!(log_in(api, &proof).await.refusal(), refused(403, "oidc-not-linked"));
    let left = keys(&app).await;
    assert!(left.iter().all(|key| !key.contains("oidc")), "it leaves with the account: {left:?}");
    assert_eq!(register(api, &proof, "owl_again").await.status, 201, "as anybody else may");
    assert_ne!(account(&log_in(api, &proof).await), account(&session));
}

#[tokio::test]
async fn a_provider_may_change_its_keys_and_their_kind() {
    let (app, provider) = start().await;
    for algorithm in [Algorithm::Es256, Algorithm::EdDsa, Algorithm::Rs256] {
        proof_of(&app.api, &provider, "subject-1").await;
        provider.rotate(algorithm);
        // The last reading has to be two seconds old before the next one.
        testkit::eventually("the new key is found", crate::app::PATIENCE, || async {
            let begun = begin(&app.api).await;
            let answer = prove(&app.api, &begun, &provider.log_in(&begun.url, "subject-1")).await;
            if answer.status == 201 { Ok(()) } else { Err(answer.body) }
        })
        .await;
    }
}

/// Of the bucket of owners.
async fn keys(app: &crate::app::App) -> Vec<String> {
    use futures::TryStreamExt;
    let context = async_nats::jetstream::new(app.log.client());
    let bucket = context.get_key_value("OWNERS_0").await.expect("the dispatcher made it");
    bucket.keys().await.expect("it answers").try_collect().await.expect("it answers")
}
