//! Nothing is sent into this machine or its networks, by no detour.

use relay::WebhookSettings;
use serde_json::{Value, json};

use super::receiver::Receiver;
use super::{LOCAL, make, shown};
use crate::support::{App, Server, posted};

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let app = App::with_webhooks(Server::nats().await, LOCAL).await;
    let victim = Receiver::start().await;
    let location = victim.url("/metadata");
    let redirecting = axum::Router::new().fallback(move || {
        let location = location.clone();
        async move { axum::response::Redirect::temporary(&location) }
    });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
    let url = format!("http://{}/", listener.local_addr().expect("bound"));
    tokio::spawn(async move { axum::serve(listener, redirecting).await });
    let made = make(&app, &url, json!({})).await;
    app.append(posted(7, "one", &[])).await;
    shown(&app, &made, "it is parked", |shown| shown["parkedEvents"] == json!(1)).await;
    let (_, parked) = app.operate("GET", &format!("{}/parked", made.path), None).await;
    assert_eq!(parked[0]["reason"], "answered 307", "{parked}");
    assert_eq!(victim.received().len(), 0);
}

#[tokio::test]
async fn what_leads_into_private_networks_is_refused_when_it_is_made_and_when_it_is_changed() {
    let strict = WebhookSettings { allow_http: false, allow_private: false, ..LOCAL };
    let app = App::with_webhooks(Server::nats().await, strict).await;
    let made = make(&app, "https://1.1.1.1/hook", json!({"after": "0"})).await;
    for url in [
        "https://localhost/hook",
        "https://127.0.0.1/hook",
        "https://2130706433/",
        "https://[::1]:8443/",
        "https://[::ffff:10.0.0.1]/",
        "https://[64:ff9b::a00:1]/",
        "https://[fd00::1]/",
        "https://169.254.169.254/latest/meta-data/",
        "http://1.1.1.1/hook",
        "file:///etc/passwd",
        "https://user:word@1.1.1.1/",
    ] {
        for (method, path) in [("POST", "/v1/webhooks"), ("PATCH", made.path.as_str())] {
            let (status, problem) = app.operate(method, path, Some(json!({"url": url}))).await;
            assert_eq!((status, &problem["code"]), (422, &json!("webhook-target-refused")), "{method} {url}");
        }
    }
    let (_, all) = app.operate("GET", "/v1/webhooks", None).await;
    assert_eq!(all.as_array().map(Vec::len), Some(1), "{all}");
}

/// Whatever a name or a setting said when it was registered.
#[tokio::test]
async fn it_is_looked_at_again_whenever_it_is_connected_to() {
    let app = App::with_webhooks(Server::nats().await, LOCAL).await;
    let receiver = Receiver::start().await;
    let by_name = make(&app, &receiver.url("/").replace("127.0.0.1", "localhost"), json!({})).await;
    let by_number = make(&app, &receiver.url("/"), json!({})).await;
    let before = app.append(posted(7, "before", &[])).await;
    for made in [&by_name, &by_number] {
        super::until_position(&app, made, before.get()).await;
    }
    let so_far = receiver.received().len();
    let app = app.started_again_with(WebhookSettings { allow_private: false, ..LOCAL }).await;
    app.append(posted(7, "after", &[])).await;
    for made in [&by_name, &by_number] {
        shown(&app, made, "it is parked", |shown| shown["parkedEvents"] == json!(1)).await;
        let (_, parked) = app.operate("GET", &format!("{}/parked", made.path), None).await;
        let reason = parked[0]["reason"].as_str().unwrap_or_default();
        assert!(reason.contains("not public"), "{parked}");
    }
    assert_eq!((receiver.received().len(), so_far), (2, 2));
    let (_, all) = app.operate("GET", "/v1/webhooks", None).await;
    assert!(all.as_array().is_some_and(|all| all.iter().all(|one| one["stopped"] == Value::Null)), "{all}");
}
