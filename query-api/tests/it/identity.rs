use http::Method;

use crate::support::{ADMIN, ANALYST, App, GATEWAY_SECRET, READER};

const READS: [&str; 33] = [
    "/v1/messages",
    "/v1/messages?count=1",
    "/v1/messages/counts?bucket=day",
    "/v1/messages/256",
    "/v1/messages/256/history",
    "/v1/messages/256/likes",
    "/v1/messages/256/replies",
    "/v1/messages/256/reposts",
    "/v1/messages/256/thread",
    "/v1/accounts/me",
    "/v1/accounts/by-handle/heron",
    "/v1/accounts/1",
    "/v1/accounts/1/followers",
    "/v1/accounts/1/following",
    "/v1/accounts/1/likes",
    "/v1/accounts/1/replies",
    "/v1/blocks",
    "/v1/catalog",
    "/v1/catalog.jsonld",
    "/v1/exports/messages",
    "/v1/bookmarks",
    "/v1/mutes",
    "/v1/reports",
    "/v1/moderation/actions",
    "/v1/accounts/me/moderation",
    "/v1/notifications",
    "/v1/projections",
    "/v1/messages?tagAny=birds&tagAny=owls",
    "/v1/search?q=birds",
    "/v1/tags",
    "/v1/timeline",
    "/v1/timeline/updates?since=0",
    "/v1/accounts/7/messages",
];

#[tokio::test]
async fn every_read_needs_an_identity() {
    let app = App::start().await;
    for path in READS {
        for method in [Method::GET, Method::HEAD] {
            let answer = app.send(method.clone(), path, None, &[]).await;
            assert_eq!(answer.status.as_u16(), 403, "{method} {path}");
        }
        app.send(Method::GET, path, None, &[]).await.is_problem(403, "identity-required");
        // Who claims to be somebody without the gateway's word for it is nobody.
        let claimed =
            app.send(Method::GET, path, None, &[("X-User-ID", "7"), ("X-User-Roles", "admin")]).await;
        claimed.is_problem(403, "identity-required");
        let forged = [("X-User-ID", "7"), ("X-Gateway-Secret", "not-the-gateway-of-the-tests")];
        app.send(Method::GET, path, None, &forged).await.is_problem(401, "gateway-untrusted");
        let malformed = [("X-User-ID", "seven"), ("X-Gateway-Secret", GATEWAY_SECRET)];
        assert_eq!(app.send(Method::GET, path, None, &malformed).await.status.as_u16(), 401);
    }
}

#[tokio::test]
async fn counting_needs_a_role() {
    let app = App::start().await;
    for path in ["/v1/messages?count=1", "/v1/messages/counts?bucket=day"] {
        app.get_as(READER, path).await.is_problem(403, "role-required");
        app.get_as(ANALYST, path).await.ok();
        app.get_as(ADMIN, path).await.ok();
    }
}

#[tokio::test]
async fn nothing_but_reading_is_offered() {
    let app = App::start().await;
    for method in [Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
        for path in READS {
            app.send(method.clone(), path, Some(ADMIN), &[]).await.is_problem(405, "method-not-allowed");
        }
    }
    app.get("/v1/nothing").await.is_problem(404, "not-found");
}
