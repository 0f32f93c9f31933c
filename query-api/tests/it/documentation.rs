use axum::Router;
use axum::routing::{delete, patch, post};
use http::Method;
use http_kit::Limits;

use crate::support::{ADMIN, App};

#[tokio::test]
async fn every_documented_path_is_routed() {
    let app = App::start().await;
    let document = serde_json::to_value(query_api::openapi()).expect("it can be written");
    let paths = document["paths"].as_object().expect("it has paths");
    assert_eq!(paths.len(), 33);
    for (path, operations) in paths {
        let get = &operations["get"];
        assert!(get["operationId"].is_string() && get["summary"].is_string(), "{path} is undocumented");
        let path = path.replace("{id}", "256").replace("{handle}", "heron").replace("{dataSet}", "messages");
        let answer = app.send(Method::GET, &path, None, &[]).await;
        // What says nothing of any row is open to everybody.
        let is_open = path == "/v1/contracts/published";
        assert_eq!(get["security"].is_null(), is_open, "{path}");
        match is_open {
            true => assert_eq!(answer.status.as_u16(), 200, "{path}"),
            false => answer.is_problem(403, "identity-required"),
        };
    }
}

#[tokio::test]
async fn the_browser_needs_nothing_from_elsewhere() {
    let app = App::start().await;
    let page = app.send(Method::GET, "/docs/", None, &[]).await;
    let text = String::from_utf8(page.body).expect("it is text");
    assert!(page.status.is_success() && text.contains("swagger-ui"));
    assert!(!text.contains("src=\"http") && !text.contains("href=\"http"));
    app.send(Method::GET, "/openapi.json", None, &[]).await.ok();
}

/// What stands in the page itself is not run, so whoever gets text into it gets no script into it.
#[tokio::test]
async fn the_browser_runs_its_own_scripts_alone() {
    let app = App::start().await;
    for path in ["/docs/", "/docs/index.html", "/docs/swagger-initializer.js"] {
        let page = app.send(Method::GET, path, None, &[]).await;
        assert!(page.status.is_success(), "{path}");
        let policy = page.header("content-security-policy");
        for rule in ["default-src 'none'", "script-src 'self'", "style-src 'self'", "frame-ancestors 'none'"]
        {
            assert!(policy.split("; ").any(|given| given == rule), "{path}: {rule} is not in {policy}");
        }
        assert!(!policy.contains("unsafe"), "{policy}");
        assert_eq!(page.header("referrer-policy"), "no-referrer");
        let text = String::from_utf8_lossy(&page.body).into_owned();
        let scripts = text.split("<script").skip(1).filter_map(|after| after.split_once("</script>"));
        for (script, _) in scripts.filter(|_| path.ends_with('/')) {
            let (tag, inline) = script.split_once('>').expect("a tag ends");
            assert!(tag.contains("src=") && inline.trim().is_empty(), "an inline script: {script}");
        }
        assert!(!path.ends_with('/') || !text.contains("<style"), "inline styles");
    }
    let data = app.send(Method::GET, "/v1/messages", Some(ADMIN), &[]).await;
    assert_eq!(data.header("content-security-policy"), "default-src 'none'; frame-ancestors 'none'");
}

#[tokio::test]
async fn commands_can_share_the_paths() {
    let app = App::start().await;
    let commands = Router::new()
        .route("/v1/messages", post(|| async { "posted" }))
        .route("/v1/messages/{id}", patch(|| async { "edited" }).merge(delete(|| async { "deleted" })));
    let both =
        App { router: query_api::router(app.state.clone(), &Limits::for_testing()).merge(commands), ..app };
    let posted = both.exchange(Method::POST, "/v1/messages", Some(ADMIN), &[]).await;
    assert_eq!(posted.body, b"posted");
    both.exchange(Method::GET, "/v1/messages", Some(ADMIN), &[]).await.ok();
    assert_eq!(both.exchange(Method::PATCH, "/v1/messages/1", Some(ADMIN), &[]).await.body, b"edited");
    both.exchange(Method::GET, "/v1/messages/1", Some(ADMIN), &[]).await.is_problem(404, "not-found");
}
