//! Who may, and what is refused.

use serde_json::{Value, json};

use super::receiver::Receiver;
use super::{LOCAL, make};
use crate::support::{App, Server};

#[tokio::test]
async fn operators_may_and_nobody_else() {
    let app = App::with_webhooks(Server::nats().await, LOCAL).await;
    let receiver = Receiver::start().await;
    let made = make(&app, &receiver.url("/"), json!({})).await;
    let new = json!({"url": receiver.url("/")});
    for (method, path, body) in [
        ("GET", "/v1/webhooks".to_owned(), None),
        ("POST", "/v1/webhooks".to_owned(), Some(new)),
        ("GET", made.path.clone(), None),
        ("PATCH", made.path.clone(), Some(json!({"isPaused": true}))),
        ("POST", format!("{}/secret", made.path), None),
        ("POST", format!("{}/replay", made.path), Some(json!({"after": "0"}))),
        ("GET", format!("{}/parked", made.path), None),
        ("POST", format!("{}/parked/retry", made.path), None),
        ("DELETE", made.path.clone(), None),
    ] {
        for roles in ["user", "consumer,analyst,moderator", ""] {
            let (status, problem) = app.operate_as(roles, method, &path, body.clone()).await;
            assert_eq!((status, &problem["code"]), (403, &json!("role-required")), "{method} {path} {roles}");
        }
        let (status, _) = app.operate_as("admin", method, &path, body).await;
        assert!((200..300).contains(&status), "{method} {path}: {status}");
    }
}

#[tokio::test]
async fn what_says_nothing_is_refused() {
    let app = App::with_webhooks(Server::nats().await, LOCAL).await;
    let receiver = Receiver::start().await;
    let made = make(&app, &receiver.url("/"), json!({})).await;
    let url = receiver.url("/");
    let post = ("POST", "/v1/webhooks".to_owned());
    let patch = ("PATCH", made.path.clone());
    let replay = ("POST", format!("{}/replay", made.path));
    for ((method, path), body, code) in [
        (&post, json!({}), "invalid-field"),
        (&post, json!({"url": url, "types": ["rookery.message.posted"]}), "invalid-field"),
        (&post, json!({"url": url, "types": ["rookery.account.blocked.v1"]}), "invalid-field"),
        (&post, json!({"url": url, "tag": "*"}), "invalid-field"),
        (&post, json!({"url": url, "tag": ""}), "invalid-field"),
        (&post, json!({"url": url, "account": "heron"}), "invalid-field"),
        (&post, json!({"url": url, "after": "x"}), "invalid-field"),
        (&post, json!({"url": url, "after": "25600000"}), "position-ahead"),
        (&post, json!({"url": url, "after": "1"}), "other-log"),
        (&post, json!({"url": url, "secret": "whsec_x"}), "unknown-field"),
        (&post, json!({"url": "ftp://127.0.0.1"}), "webhook-target-refused"),
        (&patch, json!({}), "invalid-field"),
        (&patch, json!({"types": ["x"]}), "invalid-field"),
        (&replay, json!({"forgetParked": true}), "invalid-field"),
        (&replay, json!({"after": "latest"}), "invalid-field"),
        (&replay, json!({"after": "25600000"}), "position-ahead"),
    ] {
        let (status, problem) = app.operate(method, path, Some(body.clone())).await;
        assert!(status < 500 && problem["code"] == code, "{method} {path} {body}: {problem}");
    }
    let nobody = "/v1/webhooks/019acc00-0000-7000-8000-000000000000";
    for (method, path, body) in [
        ("GET", nobody.to_owned(), None),
        ("PATCH", nobody.to_owned(), Some(json!({"isPaused": true}))),
        ("DELETE", nobody.to_owned(), None),
        ("POST", format!("{nobody}/secret"), None),
        ("POST", format!("{nobody}/replay"), Some(json!({"after": "0"}))),
        ("GET", format!("{nobody}/parked"), None),
        ("POST", format!("{nobody}/parked/retry"), None),
    ] {
        let (status, problem) = app.operate(method, &path, body).await;
        assert_eq!((status, &problem["code"]), (404, &json!("not-found")), "{method} {path}");
    }
    let (status, problem) = app.operate("GET", "/v1/webhooks/heron", None).await;
    assert_eq!((status, &problem["code"]), (400, &json!("invalid-parameter")));
    let (status, problem) = app.operate("GET", "/v1/webhooks?limit=1", None).await;
    assert_eq!((status, &problem["code"]), (400, &json!("invalid-parameter")));
}

#[tokio::test]
async fn there_are_so_many_at_most_and_a_secret_is_told_once() {
    let app = App::with_webhooks(Server::nats().await, LOCAL).await;
    let receiver = Receiver::start().await;
    let types: Vec<Value> = vec![json!("rookery.message.posted.v1")];
    let mut made = Vec::new();
    for _ in 0..32 {
        made.push(make(&app, &receiver.url("/"), json!({"types": types})).await);
    }
    let (status, problem) =
        app.operate("POST", "/v1/webhooks", Some(json!({"url": receiver.url("/")}))).await;
    assert_eq!((status, &problem["code"]), (409, &json!("too-many-webhooks")));
    let (_, all) = app.operate("GET", "/v1/webhooks", None).await;
    assert_eq!(all.as_array().map(Vec::len), Some(32));
    assert!(!all.to_string().contains("whsec_"), "{all}");
    let secrets: std::collections::BTreeSet<&str> = made.iter().map(|made| made.secret.as_str()).collect();
    assert_eq!(secrets.len(), 32);
}

/// What is shown and connected to is what was looked at, however it was spelled.
#[tokio::test]
async fn an_address_is_kept_in_one_spelling() {
    let app = App::with_webhooks(Server::nats().await, LOCAL).await;
    let receiver = Receiver::start().await;
    let spelled = receiver.url("/ho\nok").replace("http:", "\t HTTP:");
    let made = make(&app, &spelled, json!({})).await;
    let (_, shown) = app.operate("GET", &made.path, None).await;
    assert_eq!(shown["url"], receiver.url("/hook"), "{shown}");
    let spelled = receiver.url("/other").replace("http:", "HTTP:");
    let (_, changed) = app.operate("PATCH", &made.path, Some(json!({"url": spelled}))).await;
    assert_eq!(changed["url"], receiver.url("/other"), "{changed}");
}

#[tokio::test]
async fn what_is_null_is_taken_away() {
    let app = App::with_webhooks(Server::nats().await, LOCAL).await;
    let receiver = Receiver::start().await;
    let filters =
        json!({"types": ["rookery.message.posted.v1"], "tag": "birds", "account": "7", "after": "0"});
    let made = make(&app, &receiver.url("/"), filters).await;
    for (change, types, tag, account) in [
        (json!({"tag": null}), 1, json!(null), json!("7")),
        (json!({"tag": "owls", "account": null}), 1, json!("owls"), json!(null)),
        (json!({"types": null}), 0, json!("owls"), json!(null)),
        (json!({"tag": "", "account": "8"}), 0, json!(null), json!("8")),
    ] {
        let (status, changed) = app.operate("PATCH", &made.path, Some(change.clone())).await;
        assert_eq!(status, 200, "{change}: {changed}");
        assert_eq!(changed["types"].as_array().map(Vec::len), Some(types), "{change}: {changed}");
        assert_eq!((&changed["tag"], &changed["account"]), (&tag, &account), "{change}: {changed}");
    }
    for change in [json!({"url": null}), json!({"isPaused": null, "tag": "birds"})] {
        let (status, problem) = app.operate("PATCH", &made.path, Some(change.clone())).await;
        assert_eq!((status, &problem["code"]), (400, &json!("invalid-field")), "{change}: {problem}");
    }
}
