//! What bounds a log on Postgres, and who may register there: quotas, the reserve, and the modes of registration.

use std::path::Path;

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use testkit::eventually;

use super::{ON_POSTGRES, START_LIMIT};
use crate::people::client::{Answer, Api, PASSWORD, Person};
use crate::support::{System, data_dir, rookery, stdout};

/// The fewest that there may be.
const QUOTA: usize = 100;

/// They would be reached first.
const WITHOUT_RATES: [(&str, &str); 5] = [
    ("ROOKERY_LIMITS", "on"),
    ("ROOKERY_RATE_POST", "off"),
    ("ROOKERY_RATE_POST_ADDRESS", "off"),
    ("ROOKERY_RATE_SIGN_UP_ADDRESS", "off"),
    ("ROOKERY_RATE_LOG_IN_ADDRESS", "off"),
];

async fn start(dir: &Path, more: &[(&str, &str)]) -> (System, Api) {
    let env = [&ON_POSTGRES[..], &WITHOUT_RATES, more].concat();
    let system = System::start_with(dir, &env).await;
    let api = Api::new(&system.url);
    (system, api)
}

fn token(dir: &Path, roles: &str) -> String {
    let token = rookery(dir, &["token", "--account", "9", "--roles", roles]);
    stdout(&token).trim_end().to_owned()
}

async fn post(api: &Api, token: &str) -> Answer {
    api.post("/v1/messages", token, json!({"text": "\u{1f989}".repeat(280)})).await
}

async fn log_in(api: &Api, handle: &str) -> String {
    let session = api.log_in(handle, PASSWORD).await.expect(201);
    session.body["accessToken"].as_str().expect("it is a token").to_owned()
}

#[tokio::test]
async fn an_account_has_its_quota_of_a_day_over_restarts() {
    let dir = data_dir();
    let quota = QUOTA.to_string();
    let more = [("ROOKERY_QUOTA_EVENTS_PER_DAY", quota.as_str())];
    let (system, api) = start(dir.path(), &more).await;
    let (ada, bob) = (api.newcomer("ada", "Ada").await, api.newcomer("bob", "Bob").await);
    let mut posted = Vec::new();
    let refused = loop {
        let answer = post(&api, &ada.token).await;
        if answer.status != 201 {
            break answer;
        }
        posted.push(answer.body["id"].as_str().expect("it has an id").to_owned());
        assert!(posted.len() <= QUOTA, "nobody counts");
    };
    assert_eq!((refused.status, refused.code()), (429, "quota-exceeded"));
    assert!(posted.len() >= QUOTA - 3, "a registration is two events: {}", posted.len());
    api.delete(&format!("/v1/messages/{}", posted[0]), &ada.token).await.expect(204);
    post(&api, &bob.token).await.expect(201);
    system.stop().await;

    let (system, api) = start(dir.path(), &more).await;
    let token = log_in(&api, "ada").await;
    eventually("the log was counted", START_LIMIT, || async {
        match post(&api, &token).await {
            answer if answer.code() == "quota-exceeded" => Ok(()),
            answer => Err(format!("{answer:?}")),
        }
    })
    .await;
    system.stop().await;
}

#[tokio::test]
async fn below_the_reserve_deletions_deactivations_admins_and_log_ins_go_on() {
    let dir = data_dir();
    // A quarter of so small a log is its reserve.
    let more = [
        ("ROOKERY_STORE_BYTES_MAX", "1MiB"),
        ("ROOKERY_QUOTA_EVENTS_PER_DAY", "0"),
        ("ROOKERY_QUOTA_BYTES_PER_DAY", "0"),
    ];
    let (system, api) = start(dir.path(), &more).await;
    let Person { token, .. } = api.newcomer("ada", "Ada").await;
    let first = post(&api, &token).await.expect(201).body["id"].as_str().expect("it has an id").to_owned();
    let url = format!("{}/v1/messages", system.url);
    let client = reqwest::Client::builder().no_proxy().build().expect("a client needs nothing");
    let body = json!({"text": "\u{1f989}".repeat(280)});
    let try_post = async |token: &str| {
        let answer = client.post(&url).bearer_auth(token).json(&body).send().await.expect("it answers");
        let (status, body) = (answer.status(), answer.json::<Value>().await.unwrap_or_default());
        (status, body["code"].as_str().unwrap_or_default().to_owned())
    };
    let full = (StatusCode::SERVICE_UNAVAILABLE, "log-full".to_owned());
    let mut posted = 0;
    loop {
        let answer = try_post(&token).await;
        if answer == full {
            break;
        }
        assert_eq!(answer.0, StatusCode::CREATED, "{answer:?}");
        posted += 1;
        assert!(posted < 2_000, "nobody counts");
    }
    assert!(posted > 100, "{posted} filled it");
    let registration = client.post(format!("{}/v1/accounts", system.url));
    let registration = registration.json(&json!({"handle": "owl", "password": PASSWORD, "displayName": "x"}));
    assert_eq!(registration.send().await.expect("it answers").status(), StatusCode::SERVICE_UNAVAILABLE);
    api.delete(&format!("/v1/messages/{first}"), &token).await.expect(204);
    assert_eq!(try_post(&self::token(dir.path(), "admin")).await.0, StatusCode::CREATED);
    let token = log_in(&api, "ada").await;
    api.delete("/v1/accounts/me", &token).await.expect(204);
    // A post is refused where it would not fit above the reserve; what is told is that the reserve is reached.
    testkit::eventually("it is told", START_LIMIT, async || {
        try_post(&self::token(dir.path(), "admin")).await;
        let ready = client.get(format!("{}/readyz", system.url)).send().await.expect("it answers");
        assert_eq!(ready.status(), StatusCode::OK, "reads go on");
        let ready = ready.text().await.expect("it is text");
        if ready.contains("is kept for deletions") { Ok(()) } else { Err(ready) }
    })
    .await;
    system.stop().await;
}

#[tokio::test]
async fn who_may_register_is_decided_by_the_mode() {
    let dir = data_dir();
    let (system, api) = start(dir.path(), &[("ROOKERY_REGISTRATION", "closed")]).await;
    let refused = api.register("owl", "Owl", PASSWORD).await.expect(403);
    assert_eq!(refused.code(), "registration-closed");
    system.stop().await;

    let (system, api) = start(dir.path(), &[("ROOKERY_REGISTRATION", "approval")]).await;
    let operator = token(dir.path(), "operator");
    for handle in ["owl", "heron"] {
        api.register(handle, handle, PASSWORD).await.expect(202);
    }
    assert_eq!(api.log_in("owl", PASSWORD).await.expect(401).code(), "credentials-invalid");
    let waiting = api.get("/v1/registrations", &operator).await.expect(200);
    let handles: Vec<&Value> = waiting.items().iter().map(|one| &one["handle"]).collect();
    assert_eq!(handles, ["owl", "heron"]);
    let approval = "/v1/registrations/owl/approval";
    api.send(Method::POST, approval, Some(&operator), None).await.expect(201);
    api.delete("/v1/registrations/heron", &operator).await.expect(204);
    log_in(&api, "owl").await;
    assert_eq!(api.log_in("heron", PASSWORD).await.expect(401).code(), "credentials-invalid");
    system.stop().await;

    let (system, api) = start(dir.path(), &[("ROOKERY_REGISTRATION", "invitation")]).await;
    let made = api.post("/v1/invitations", &operator, json!({"uses": 1})).await.expect(201);
    let register = async |handle: &str, code: &Value| {
        let body = json!({"handle": handle, "password": PASSWORD, "displayName": "x", "invitation": code});
        api.send(Method::POST, "/v1/accounts", None, Some(body)).await
    };
    assert_eq!(register("heron", &json!("nonsense")).await.expect(403).code(), "invitation-invalid");
    register("heron", &made.body["code"]).await.expect(201);
    assert_eq!(register("wren", &made.body["code"]).await.expect(403).code(), "invitation-invalid");
    log_in(&api, "heron").await;
    system.stop().await;
}
