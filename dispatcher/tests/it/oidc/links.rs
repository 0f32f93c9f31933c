use reqwest::Method;
use serde_json::{Value, json};

use super::{PASSWORD, account, log_in, owner, post, proof_of, register, start};
use crate::answer::{Answer, refused};
use crate::app::{Api, Caller};

const LINKS: &str = "/v1/accounts/me/oidc";

async fn with_password(api: &Api, handle: &str) -> Answer {
    let answer = post(api, "/v1/sessions", &json!({"handle": handle, "password": PASSWORD})).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    answer
}

async fn link(caller: &Caller<'_>, body: &Value) -> Answer {
    caller.json(Method::POST, LINKS, &[], body).await
}

async fn unlink(caller: &Caller<'_>, id: &str, body: &Value) -> Answer {
    caller.json(Method::POST, &format!("{LINKS}/{id}/unlink"), &[], body).await
}

async fn ids(caller: &Caller<'_>) -> Vec<String> {
    let links = caller.send(Method::GET, LINKS, &[], "").await.json();
    let links = links.as_array().expect("a list").iter();
    links.map(|link| link["id"].as_str().expect("it has an id").to_owned()).collect()
}

#[tokio::test]
async fn an_account_is_linked_by_its_owner_and_by_nobody_else() {
    let (app, provider) = start().await;
    let api = &app.api;
    let (ada, _) = (app.register("ada").await, app.register("eve").await);
    let proof = proof_of(api, &provider, "subject-1").await;
    let (adas, eves) = (with_password(api, "ada").await, with_password(api, "eve").await);
    let caller = owner(api, &adas);
    assert_eq!(link(&caller, &json!({"proof": proof})).await.refusal(), refused(400, "invalid-field"));
    let wrong = link(&caller, &json!({"proof": proof, "password": "wrong"})).await;
    assert_eq!(wrong.refusal(), refused(403, "password-wrong"));
    let by_itself = link(&caller, &json!({"proof": proof, "oidcProof": proof})).await;
    assert_eq!(by_itself.refusal(), refused(401, "oidc-proof-invalid"), "it opens nothing yet");
    let forged = link(&caller, &json!({"proof": "x", "password": PASSWORD})).await;
    assert_eq!(forged.refusal(), refused(401, "oidc-proof-invalid"));
    for _ in 0..2 {
        let linked = link(&caller, &json!({"proof": proof, "password": PASSWORD})).await;
        assert_eq!((linked.status, &linked.json()["provider"]), (201, &json!("one")), "{linked:?}");
    }
    assert_eq!(ids(&caller).await.len(), 1);
    assert_eq!(account(&log_in(api, &proof).await), ada.to_string());

    let stolen = link(&owner(api, &eves), &json!({"proof": proof, "password": PASSWORD})).await;
    assert_eq!(stolen.refusal(), refused(409, "oidc-linked"));
    assert_eq!(register(api, &proof, "another").await.refusal(), refused(409, "oidc-linked"));
    let script = app.user(ada);
    assert_eq!(
        link(&script, &json!({"proof": proof, "password": PASSWORD})).await.refusal(),
        refused(403, "session-required")
    );
    assert_eq!(ids(&owner(api, &eves)).await.len(), 0);
}

#[tokio::test]
async fn what_is_unlinked_opens_nothing_and_who_came_by_it_is_out() {
    let (app, provider) = start().await;
    let api = &app.api;
    app.register("ada").await;
    let proof = proof_of(api, &provider, "subject-1").await;
    let caller_session = with_password(api, "ada").await;
    let caller = owner(api, &caller_session);
    assert_eq!(link(&caller, &json!({"proof": proof, "password": PASSWORD})).await.status, 201);
    let other = log_in(api, &proof).await;
    let id = ids(&caller).await.remove(0);
    let wrong = unlink(&caller, &id, &json!({"password": "wrong"})).await;
    assert_eq!(wrong.refusal(), refused(403, "password-wrong"));
    assert_eq!(unlink(&caller, &id, &json!({"password": PASSWORD})).await.status, 204);
    assert_eq!(log_in(api, &proof).await.refusal(), refused(403, "oidc-not-linked"));
    let thrown_out = owner(api, &other).post(&json!({"text": "Hello"})).await;
    assert_eq!(thrown_out.refusal(), refused(401, "token-revoked"));
    assert_eq!(caller.post(&json!({"text": "Hello"})).await.status, 201);
    assert_eq!(unlink(&caller, &id, &json!({"password": PASSWORD})).await.status, 204, "once more");
    assert_eq!(link(&caller, &json!({"proof": proof, "password": PASSWORD})).await.status, 201, "and back");
    assert_eq!(log_in(api, &proof).await.status, 201);
}

#[tokio::test]
async fn the_last_way_into_an_account_stays() {
    let (app, provider) = start().await;
    let api = &app.api;
    let first = proof_of(api, &provider, "subject-1").await;
    assert_eq!(register(api, &first, "owl").await.status, 201);
    let session = log_in(api, &first).await;
    let caller = owner(api, &session);
    let id = ids(&caller).await.remove(0);
    let last = unlink(&caller, &id, &json!({"oidcProof": first})).await;
    assert_eq!(last.refusal(), refused(409, "last-way-in"));

    let second = proof_of(api, &provider, "subject-2").await;
    assert_eq!(link(&caller, &json!({"proof": second, "oidcProof": first})).await.status, 201);
    let both = ids(&caller).await;
    let at_once = futures::future::join_all(
        both.iter().map(|id| async { unlink(&caller, id, &json!({"oidcProof": first})).await.status }),
    );
    let done = at_once.await.iter().filter(|status| **status == 204).count();
    assert_eq!((done, ids(&caller).await.len()), (1, 1), "one of them stays, however they meet");

    let left = if log_in(api, &first).await.status == 201 { first } else { second };
    let body = json!({"oidcProof": left, "newPassword": PASSWORD});
    assert_eq!(caller.json(Method::POST, "/v1/accounts/me/password", &[], &body).await.status, 204);
    let id = ids(&caller).await.remove(0);
    assert_eq!(unlink(&caller, &id, &json!({"password": PASSWORD})).await.status, 204);
    assert_eq!(account(&with_password(api, "owl").await), account(&session));
}

#[tokio::test]
async fn an_account_has_at_most_eight_links() {
    let (app, provider) = start().await;
    app.register("ada").await;
    let session = with_password(&app.api, "ada").await;
    let caller = owner(&app.api, &session);
    for number in 0..9 {
        let proof = proof_of(&app.api, &provider, &format!("subject-{number}")).await;
        let answer = link(&caller, &json!({"proof": proof, "password": PASSWORD})).await;
        if number < 8 {
            assert_eq!(answer.status, 201, "{answer:?}");
        } else {
            assert_eq!(answer.refusal(), refused(409, "too-many-oidc-links"));
            assert_eq!(log_in(&app.api, &proof).await.refusal(), refused(403, "oidc-not-linked"));
        }
    }
}
