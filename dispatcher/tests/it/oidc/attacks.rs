use serde_json::{Value, json};
use testkit::oidc::{Endpoint, OidcProvider, Returned};

use super::{
    REDIRECT, begin, begin_at, log_in, post, proof_of, prove, redirect, register, settings_of, start,
};
use crate::answer::refused;
use crate::app::Api;

const ELSEWHERE: &str = "https://app.example/elsewhere";

/// A log-in of somebody at a provider that says what a test wants.
async fn refusal(api: &Api, provider: &OidcProvider, what: &str) {
    let begun = begin(api).await;
    let answer = prove(api, &begun, &provider.log_in(&begun.url, "subject-1")).await;
    assert_eq!(answer.refusal(), refused(422, "oidc-refused"), "{what}");
}

#[tokio::test]
async fn an_id_token_that_does_not_fit_is_no_proof() {
    let (app, provider) = start().await;
    let now = || time::OffsetDateTime::now_utc().unix_timestamp();
    let cases: Vec<(&str, &str, Value)> = vec![
        ("another audience", "aud", json!("somebody-else")),
        ("several audiences, and no party", "aud", json!(["rookery-client", "somebody-else"])),
        ("another party", "azp", json!("somebody-else")),
        ("another issuer", "iss", json!("https://evil.example")),
        ("another nonce", "nonce", json!("somebody's")),
        ("no nonce", "nonce", Value::Null),
        ("expired", "exp", json!(now() - 120)),
        ("no expiry", "exp", Value::Null),
        ("made long ago", "iat", json!(now() - 3_600)),
        ("made tomorrow", "iat", json!(now() + 3_600)),
        ("not yet good", "nbf", json!(now() + 3_600)),
        ("no subject", "sub", json!("")),
        ("a long subject", "sub", json!("x".repeat(256))),
    ];
    for (what, name, value) in cases {
        provider.tamper(move |said| said[name] = value.clone());
        refusal(&app.api, &provider, what).await;
    }
    provider.heal();
    proof_of(&app.api, &provider, "subject-1").await;
}

#[tokio::test]
async fn a_token_that_the_provider_did_not_sign_is_no_proof() {
    let (app, provider) = start().await;
    proof_of(&app.api, &provider, "subject-1").await;
    let begun = begin(&app.api).await;
    let nonce = form_value(&begun.url, "nonce");
    for algorithm in ["none", "HS256"] {
        let returned = provider.log_in(&begun.url, "subject-1");
        provider.answer_with(provider.forged(algorithm, &nonce, "subject-1"));
        let answer = prove(&app.api, &begun, &returned).await;
        assert_eq!(answer.refusal(), refused(422, "oidc-refused"), "{algorithm}");
        provider.heal();
    }
    for token in ["", "x.y.z", &"x".repeat(40_000)] {
        provider.answer_with(token);
        refusal(&app.api, &provider, token).await;
    }
}

#[tokio::test]
async fn what_comes_back_is_good_for_the_client_that_began_and_once() {
    let (app, provider) = start().await;
    let api = &app.api;
    provider.keep_codes();
    let (victim, attacker) = (begin(api).await, begin(api).await);
    let invalid = refused(422, "oidc-authorization-invalid");
    // Somebody is made to end the log-in that another one began.
    let of_attacker = provider.log_in(&attacker.url, "attacker");
    assert_eq!(prove(api, &victim, &of_attacker).await.refusal(), invalid);
    // A code that was stolen is put into a log-in of one's own.
    let of_victim = provider.log_in(&victim.url, "victim");
    let injected = Returned { code: of_victim.code.clone(), ..of_attacker.clone() };
    assert_eq!(prove(api, &attacker, &injected).await.refusal(), refused(422, "oidc-refused"));

    let at_once = futures::future::join_all((0..4).map(|_| prove(api, &victim, &of_victim))).await;
    let proved = at_once.iter().filter(|answer| answer.status == 201).count();
    assert_eq!(proved, 1, "also at a provider that takes a code again: {at_once:?}");
    assert_eq!(prove(api, &victim, &of_victim).await.refusal(), invalid);
    for (name, value) in [
        ("authorization", ""),
        ("authorization", "a.b.c"),
        ("state", ""),
        ("redirectUri", ""),
        ("redirectUri", "https://app.example/callback/"),
    ] {
        let Returned { redirect_uri, code, state, .. } = provider.log_in(&attacker.url, "attacker");
        let mut body = json!({
            "authorization": attacker.authorization, "redirectUri": redirect_uri, "code": code, "state": state,
        });
        body[name] = json!(value);
        assert_eq!(post(api, "/v1/oidc/proofs", &body).await.refusal(), invalid, "{name}");
    }
}

#[tokio::test]
async fn one_provider_cannot_end_the_log_in_that_another_began() {
    let (app, one) = start().await;
    let two = OidcProvider::start().await;
    let api = Api::open(&crate::app::log_config(&app.nats), &app.tokens.config(), crate::app::quiet()).await;
    api.state.use_oidc(&settings_of(&[&one, &two])).expect("a client can be made");
    let (at_one, at_two) = (begin(&api).await, begin_at(&api, "two").await);
    let evil = two.log_in(&at_two.url, "subject-1");
    // Its answer to a log-in at `one`, as a browser would be led to bring it.
    let state = one.log_in(&at_one.url, "subject-1").state;
    let mixed = Returned { state, redirect_uri: redirect("one"), ..evil };
    assert_eq!(prove(&api, &at_one, &mixed).await.refusal(), refused(422, "oidc-refused"));
    // The same subject at two providers is two people.
    let proof = proof_of(&api, &one, "subject-1").await;
    assert_eq!(register(&api, &proof, "owl").await.status, 201);
    let begun = begin_at(&api, "two").await;
    let proved = prove(&api, &begun, &two.log_in(&begun.url, "subject-1")).await.json();
    assert_eq!(proved["linked"], false);

    let third = OidcProvider::start().await;
    third.announce_issuer();
    let api = Api::open(&crate::app::log_config(&app.nats), &app.tokens.config(), crate::app::quiet()).await;
    api.state.use_oidc(&settings_of(&[&third])).expect("a client can be made");
    let begun = begin(&api).await;
    let Returned { redirect_uri, code, state, iss } = third.log_in(&begun.url, "subject-1");
    let mut body = json!({
        "authorization": begun.authorization, "redirectUri": redirect_uri, "code": code, "state": state,
    });
    assert_eq!(
        post(&api, "/v1/oidc/proofs", &body).await.refusal(),
        refused(422, "oidc-refused"),
        "it would say so"
    );
    body["iss"] = json!(iss);
    assert_eq!(post(&api, "/v1/oidc/proofs", &body).await.status, 201);
}

/// RFC 9700 §4.4: a provider that somebody chose leads them on to another one, under that one's name, and waits for the
/// code that the client then brings to it.
#[tokio::test]
async fn a_code_reaches_no_provider_but_the_one_that_gave_it() {
    let (app, honest) = start().await;
    let evil = OidcProvider::start().await;
    let api = Api::open(&crate::app::log_config(&app.nats), &app.tokens.config(), crate::app::quiet()).await;
    let mut providers =
        vec![honest.settings("one", &redirect("one")), evil.settings("two", &redirect("two"))];
    providers[0]["redirectUris"] = json!([redirect("one"), ELSEWHERE]);
    let settings = json!(providers).to_string().parse().expect("they are settings");
    api.state.use_oidc(&settings).expect("a client can be made");
    let at_evil = begin_at(&api, "two").await;
    let led_on = at_evil.url.replace(&evil.issuer, &honest.issuer);
    let mut led_on = reqwest::Url::parse(&led_on).expect("it is an address");
    let kept: Vec<(String, String)> = led_on
        .query_pairs()
        .map(|(name, value)| {
            let value = if name == "redirect_uri" { redirect("one") } else { value.into_owned() };
            (name.into_owned(), value)
        })
        .collect();
    led_on.query_pairs_mut().clear().extend_pairs(kept);
    // It arrives where the honest provider sends people, with the state that goes with the evil one.
    let returned = honest.log_in(led_on.as_str(), "victim");
    let invalid = refused(422, "oidc-authorization-invalid");
    for iss in [json!(honest.issuer), json!(evil.issuer), Value::Null] {
        let mut body = json!({
            "authorization": at_evil.authorization, "redirectUri": returned.redirect_uri,
            "code": returned.code, "state": returned.state,
        });
        if !iss.is_null() {
            body["iss"] = iss.clone();
        }
        assert_eq!(post(&api, "/v1/oidc/proofs", &body).await.refusal(), invalid, "{iss}");
    }
    // Said to have arrived where it did not: the provider's own name tells.
    let moved = Returned { redirect_uri: redirect("two"), ..returned };
    assert_eq!(prove(&api, &at_evil, &moved).await.refusal(), refused(422, "oidc-refused"));
    assert_eq!(evil.requests(Endpoint::Token), 0, "it never saw the code");

    // Two addresses of one provider are two places, too.
    let begun = begin(&api).await;
    let returned = honest.log_in(&begun.url, "subject-1");
    let elsewhere = Returned { redirect_uri: ELSEWHERE.to_owned(), ..returned.clone() };
    assert_eq!(prove(&api, &begun, &elsewhere).await.refusal(), invalid);
    assert_eq!(honest.requests(Endpoint::Token), 0);
    assert_eq!(prove(&api, &begun, &returned).await.status, 201, "it was not used up");
}

#[tokio::test]
async fn only_what_the_operator_named_is_asked_and_led_to() {
    let (app, provider) = start().await;
    for redirect in
        ["https://evil.example/cb", "https://app.example/callback/", "HTTPS://app.example/callback", ""]
    {
        let body = json!({"provider": "one", "redirectUri": redirect});
        let answer = post(&app.api, "/v1/oidc/authorizations", &body).await;
        assert_eq!(answer.refusal(), refused(400, "invalid-field"), "{redirect}");
    }
    for unknown in ["two", "", "http://169.254.169.254/"] {
        let body = json!({"provider": unknown, "redirectUri": REDIRECT});
        let answer = post(&app.api, "/v1/oidc/authorizations", &body).await;
        assert_eq!(answer.refusal(), refused(403, "oidc-not-configured"), "{unknown}");
    }
    assert_eq!(provider.requests(Endpoint::Discovery), 0);
    provider.call_itself("https://evil.example");
    let body = json!({"provider": "one", "redirectUri": REDIRECT});
    let answer = post(&app.api, "/v1/oidc/authorizations", &body).await;
    assert_eq!(answer.refusal(), refused(503, "oidc-unavailable"), "its document is another issuer's");
}

#[tokio::test]
async fn tokens_of_other_kinds_are_no_proofs_and_a_proof_is_no_access_token() {
    let (app, provider) = start().await;
    let begun = begin(&app.api).await;
    let proof = proof_of(&app.api, &provider, "subject-1").await;
    assert_eq!(register(&app.api, &proof, "owl").await.status, 201);
    let session = log_in(&app.api, &proof).await;
    let access = session.json()["accessToken"].as_str().expect("it holds tokens").to_owned();
    for bad in ["", "x", &begun.authorization, &access, &proof[..proof.len() - 3]] {
        assert_eq!(log_in(&app.api, bad).await.refusal(), refused(401, "oidc-proof-invalid"), "{bad}");
    }
    for ticket in [&proof, &begun.authorization] {
        let caller = crate::app::Caller { api: &app.api, authorization: format!("Bearer {ticket}") };
        assert_eq!(caller.post(&json!({"text": "Hello"})).await.refusal(), refused(401, "token-invalid"));
    }
}

fn form_value(url: &str, name: &str) -> String {
    let url = reqwest::Url::parse(url).expect("it is an address");
    let found = url.query_pairs().find(|(known, _)| known == name);
    found.map(|(_, value)| value.into_owned()).expect("it is there")
}
