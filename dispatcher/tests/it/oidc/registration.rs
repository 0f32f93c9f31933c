use dispatcher::{Registration, Settings};
use futures::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};

use super::{account, log_in, post, proof_of, register, settings_of, start, start_with};
use crate::answer::refused;
use crate::app::{Api, log_config, quiet};

#[tokio::test]
async fn of_several_at_once_at_two_dispatchers_one_makes_the_account() {
    let (app, provider) = start().await;
    let other = Api::open(&log_config(&app.nats), &app.tokens.config(), quiet()).await;
    other.state.use_oidc(&settings_of(&[&provider])).expect("a client can be made");
    for round in 0..5 {
        let subject = format!("subject-{round}");
        let proofs =
            [proof_of(&app.api, &provider, &subject).await, proof_of(&other, &provider, &subject).await];
        let before = app.events().await;
        let all = (0..6).map(|number| {
            let (api, proof) = if number % 2 == 0 { (&app.api, &proofs[0]) } else { (&other, &proofs[1]) };
            async move { register(api, proof, &format!("bird_{round}_{number}")).await }
        });
        let answers = join_all(all).await;
        let made = answers.iter().filter(|answer| answer.status == 201).count();
        assert_eq!((made, app.events().await - before), (1, 2), "{answers:?}");
        for answer in answers.iter().filter(|answer| answer.status != 201) {
            assert_eq!(answer.refusal(), refused(409, "oidc-linked"));
        }
        let ids = [account(&log_in(&app.api, &proofs[0]).await), account(&log_in(&other, &proofs[1]).await)];
        assert_eq!(ids[0], ids[1]);
    }
}

#[tokio::test]
async fn a_registration_that_was_refused_leaves_the_next_one_free() {
    let (app, provider) = start().await;
    app.register("owl").await;
    let proof = proof_of(&app.api, &provider, "subject-1").await;
    for _ in 0..3 {
        assert_eq!(register(&app.api, &proof, "owl").await.refusal(), refused(409, "HandleMustBeFree"));
    }
    assert_eq!(log_in(&app.api, &proof).await.refusal(), refused(403, "oidc-not-linked"));
    assert_eq!(register(&app.api, &proof, "heron").await.status, 201);
    assert_eq!(log_in(&app.api, &proof).await.status, 201);
}

#[tokio::test]
async fn a_closed_installation_registers_nobody_and_links_whom_it_has() {
    let (app, provider) =
        start_with(Settings { registration: Registration::Closed, ..Settings::default() }).await;
    let proof = proof_of(&app.api, &provider, "subject-1").await;
    assert_eq!(register(&app.api, &proof, "owl").await.refusal(), refused(403, "registration-closed"));
    assert_eq!(app.events().await, 0);
}

#[tokio::test]
async fn an_invitation_is_asked_for_as_of_everybody() {
    let (app, provider) =
        start_with(Settings { registration: Registration::Invitation, ..Settings::default() }).await;
    let invite =
        app.caller(9, "operator").json(Method::POST, "/v1/invitations", &[], &json!({"uses": 1})).await;
    let code = invite.json()["code"].clone();
    let with = async |proof: &str, handle: &str, code: &Value| {
        let body = json!({"proof": proof, "handle": handle, "displayName": "x", "invitation": code});
        post(&app.api, "/v1/oidc/accounts", &body).await
    };
    let proof = proof_of(&app.api, &provider, "subject-1").await;
    let invalid = refused(403, "invitation-invalid");
    assert_eq!(register(&app.api, &proof, "owl").await.refusal(), invalid);
    assert_eq!(with(&proof, "owl", &json!("nonsense")).await.refusal(), invalid);
    assert_eq!(with(&proof, "owl", &code).await.status, 201);
    let other = proof_of(&app.api, &provider, "subject-2").await;
    assert_eq!(with(&other, "heron", &code).await.refusal(), invalid, "it was used");
}

#[tokio::test]
async fn who_waits_for_approval_is_let_in_after_it() {
    let (app, provider) =
        start_with(Settings { registration: Registration::Approval, ..Settings::default() }).await;
    let proof = proof_of(&app.api, &provider, "subject-1").await;
    let waits = register(&app.api, &proof, "Owl").await;
    assert_eq!((waits.status, &waits.json()["handle"]), (202, &json!("owl")), "{waits:?}");
    assert_eq!(register(&app.api, &proof, "heron").await.status, 202, "they may ask for two, and get one");
    assert_eq!(log_in(&app.api, &proof).await.refusal(), refused(403, "oidc-not-linked"));
    assert_eq!(app.events().await, 0);
    let operator = app.caller(9, "operator");
    let approved = operator.send(Method::POST, "/v1/registrations/owl/approval", &[], "").await;
    assert_eq!(approved.status, 201, "{approved:?}");
    assert_eq!(log_in(&app.api, &proof).await.status, 201);
    let second = operator.send(Method::POST, "/v1/registrations/heron/approval", &[], "").await;
    assert_eq!(second.refusal(), refused(409, "oidc-linked"));
    assert_eq!(register(&app.api, &proof, "wren").await.refusal(), refused(409, "oidc-linked"));
}
