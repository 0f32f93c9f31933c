//! Every operation refuses callers who do not show who they are, or may not do it.

use domain::AccountId;
use http_kit::identity::IdentityConfig;
use reqwest::Method;
use serde_json::json;
use service_kit::config::Secret;
use testkit::Nats;

use crate::answer::{Answer, refused};
use crate::app::{Api, App, log_config, quiet};

const SECRET: &str = "correct horse battery staple";

struct Operation {
    method: Method,
    path: String,
    headers: [(&'static str, &'static str); 2],
    body: &'static str,
    success: u16,
    /// Which of the roles may carry it out.
    roles: &'static [&'static str],
}

impl Operation {
    async fn run(&self, api: &Api, credentials: &[(&str, &str)]) -> Answer {
        let headers = [credentials, &self.headers].concat();
        api.send(self.method.clone(), &self.path, &headers, self.body).await
    }
}

/// All operations of this API but the one that needs no identity, in an order in which each of them can succeed, and
/// succeed again. The caller has registered, as has `followee`.
fn operations(id: &str, followee: i64) -> Vec<Operation> {
    let json = [("content-type", "application/json"), ("if-match", "*")];
    let ndjson = [("content-type", "application/x-ndjson"), ("accept", "*/*")];
    let line = r#"{"kind":"message","text":"old","account":"42","time":"2020-01-01T00:00:00Z"}"#;
    let operation = |method, path: String, headers, body, success, roles| Operation {
        method,
        path,
        headers,
        body,
        success,
        roles,
    };
    let own = &["user", "admin"][..];
    let message = format!("/v1/messages/{id}");
    let edge = |method, path| operation(method, path, json, "", 204, own);
    let (like, repost) = (format!("{message}/like"), format!("{message}/repost"));
    let follow = format!("/v1/accounts/{followee}/follow");
    vec![
        operation(Method::POST, "/v1/messages".to_owned(), json, r#"{"text":"x"}"#, 201, own),
        operation(Method::POST, "/v1/import".to_owned(), ndjson, line, 200, &["operator", "admin"]),
        operation(Method::PATCH, message, json, r#"{"text":"new"}"#, 200, own),
        edge(Method::PUT, like.clone()),
        edge(Method::DELETE, like),
        edge(Method::PUT, repost.clone()),
        edge(Method::DELETE, repost),
        edge(Method::PUT, follow.clone()),
        edge(Method::DELETE, follow),
        operation(Method::PUT, "/v1/notifications/read".to_owned(), json, r#"{"until":"256"}"#, 204, own),
        operation(Method::PATCH, "/v1/accounts/me".to_owned(), json, r#"{"bio":"x"}"#, 200, own),
    ]
}

/// Those that can be done once only.
fn last_operations(id: &str) -> [Operation; 2] {
    let headers = [("content-type", "application/json"), ("if-match", "*")];
    [format!("/v1/messages/{id}"), "/v1/accounts/me".to_owned()].map(|path| Operation {
        method: Method::DELETE,
        path,
        headers,
        body: "",
        success: 204,
        roles: &["user", "admin"],
    })
}

#[tokio::test]
async fn without_a_good_token_nothing_happens() {
    let app = App::start().await;
    let (me, other) = (app.register("me").await, app.register("other").await);
    let id = app.user(me).post(&json!({"text": "one"})).await.id();
    let (bad, events) = (app.tokens.bad(), app.events().await);
    for operation in operations(&id, other).iter().chain(&last_operations(&id)) {
        let answer = operation.run(&app.api, &[]).await;
        assert_eq!(answer.refusal(), refused(401, "unauthenticated"), "{}", operation.path);
        assert!(answer.header("www-authenticate").starts_with("Bearer"));
        for (name, authorization, code) in &bad {
            let answer = operation.run(&app.api, &[("authorization", authorization)]).await;
            assert_eq!(answer.refusal(), refused(401, code), "{name}: {}", operation.path);
        }
        let headers = [("x-user-id", "42"), ("x-user-roles", "admin"), ("x-gateway-secret", SECRET)];
        let answer = operation.run(&app.api, &headers).await;
        assert_eq!(
            answer.refusal(),
            refused(401, "unauthenticated"),
            "a gateway's headers mean nothing here"
        );
    }
    assert_eq!(app.events().await, events);
}

#[tokio::test]
async fn each_operation_takes_its_roles_and_no_other() {
    let app = App::start().await;
    let (me, other) = (app.register("me").await, app.register("other").await);
    let id = app.user(me).post(&json!({"text": "one"})).await.id();
    let (operations, last, events) = (operations(&id, other), last_operations(&id), app.events().await);
    for operation in operations.iter().chain(&last) {
        for role in ["", "user", "analyst", "operator", "admin", "root"] {
            if operation.roles.contains(&role) {
                continue;
            }
            let authorization = app.tokens.of(me, role);
            let answer = operation.run(&app.api, &[("authorization", &authorization)]).await;
            assert_eq!(answer.refusal(), refused(403, "role-required"), "{role}: {}", operation.path);
        }
    }
    assert_eq!(app.events().await, events);
    let last_time = last.iter().map(|operation| (operation, &operation.roles[..1]));
    for (operation, roles) in operations.iter().map(|operation| (operation, operation.roles)).chain(last_time)
    {
        for role in roles {
            let authorization = app.tokens.of(me, role);
            let answer = operation.run(&app.api, &[("authorization", &authorization)]).await;
            assert_eq!(answer.status, operation.success, "{role}: {}: {answer:?}", operation.path);
        }
    }
}

#[tokio::test]
async fn a_registration_asks_for_no_identity_and_looks_at_none() {
    let app = App::start().await;
    for (number, (name, authorization, _code)) in app.tokens.bad().iter().enumerate() {
        let body = json!({"handle": format!("a{number}"), "password": "correct horse", "displayName": "x"});
        let answer = app.api.register(&[("authorization", authorization)], &body).await;
        assert_eq!(answer.status, 201, "{name}");
    }
}

#[tokio::test]
async fn a_gateway_speaks_for_its_callers_with_its_secret_only() {
    let (nats, identity) = (Nats::start().await, IdentityConfig::Gateway { secret: Secret::new(SECRET) });
    let api = Api::open(&log_config(&nats), &identity, quiet()).await;
    let account = async |handle: &str| {
        let body = json!({"handle": handle, "password": "correct horse", "displayName": "x"});
        let registered = api.register(&[], &body).await.json();
        registered["id"].as_str().expect("ids are strings").to_owned()
    };
    let (me, other) = (account("me").await, account("other").await);
    let other = other.parse().expect("ids are decimals");
    let (user, roles) = (("x-user-id", me.as_str()), ("x-user-roles", "user,operator"));
    let (secret, wrong) = (("x-gateway-secret", SECRET), ("x-gateway-secret", "correct horse"));
    let first = operations("0", other)[0].run(&api, &[user, roles, secret]).await;
    assert_eq!(first.status, 201, "{first:?}");
    let operations = operations(&first.id(), other);
    let last = last_operations(&first.id());
    for operation in operations.iter().chain(&last) {
        for (name, headers, status, code) in [
            ("nothing", &[][..], 401, "unauthenticated"),
            ("no secret", &[user, roles][..], 401, "unauthenticated"),
            ("wrong secret", &[user, roles, wrong][..], 401, "gateway-untrusted"),
            ("no account", &[("x-user-id", "root"), roles, secret][..], 401, "gateway-untrusted"),
            ("no role", &[user, secret][..], 403, "role-required"),
            ("other roles", &[user, ("x-user-roles", "analyst"), secret][..], 403, "role-required"),
            ("a token", &[("authorization", "Bearer x"), roles][..], 401, "unauthenticated"),
        ] {
            let answer = operation.run(&api, headers).await;
            assert_eq!(answer.refusal(), refused(status, code), "{name}: {}", operation.path);
            assert!(!answer.body.contains("horse"), "{name}: {}", answer.body);
        }
    }
    for operation in operations.iter().chain(&last) {
        let answer = operation.run(&api, &[user, roles, secret]).await;
        assert_eq!(answer.status, operation.success, "{}: {answer:?}", operation.path);
    }
}

/// Its events would look like those of an operator's tool.
#[tokio::test]
async fn nobody_is_the_operators_tool() {
    let app = App::start().await;
    let answer = app.user(AccountId::OPERATOR.get()).post(&json!({"text": "x"})).await;
    assert_eq!(answer.refusal(), refused(401, "token-invalid"));
}
