use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use http_kit::Identity;
use http_kit::identity::IdentityConfig;
use service_kit::config::{Environment, Secret};

use crate::jwt_identity::routes;
use crate::support::{Headers, call, get, request};

const SECRET: &str = "correct horse battery staple";

fn router() -> Router {
    let config = IdentityConfig::Gateway { secret: Secret::new(SECRET) };
    routes(Arc::new(Identity::new(&config).expect("this mode reads no file")))
}

#[tokio::test]
async fn headers_count_only_with_the_secret() {
    let (user, roles, secret) =
        (("x-user-id", "42"), ("x-user-roles", "user, analyst,x"), ("x-gateway-secret", SECRET));
    let (wrong, admin) = (("x-gateway-secret", "correct horse battery stapler"), ("x-user-roles", "admin"));
    let cases: &[(&str, Headers<'_>, u16, &str)] = &[
        ("all of them", &[user, roles, secret], 200, "42 user,analyst"),
        ("no roles", &[user, secret], 200, "42 "),
        ("nothing", &[], 200, "anonymous"),
        ("secret alone", &[secret], 200, "anonymous"),
        ("no secret", &[user, admin], 200, "anonymous"),
        ("roles alone", &[admin, secret], 200, "anonymous"),
        ("wrong secret", &[user, roles, wrong], 401, "gateway-untrusted"),
        ("empty secret", &[user, roles, ("x-gateway-secret", "")], 401, "gateway-untrusted"),
        ("two secrets", &[user, secret, wrong], 401, "gateway-untrusted"),
        ("two users", &[user, ("x-user-id", "43"), secret], 401, "gateway-untrusted"),
        ("two role lists", &[user, roles, admin, secret], 401, "gateway-untrusted"),
        ("no account", &[("x-user-id", "root"), secret], 401, "gateway-untrusted"),
        ("account zero", &[("x-user-id", "0"), secret], 401, "gateway-untrusted"),
        ("a token is nothing here", &[("authorization", "Bearer x")], 200, "anonymous"),
    ];
    for (name, headers, status, said) in cases {
        let answer = call(&router(), get("/open", headers)).await;
        assert_eq!(answer.status.as_u16(), *status, "{name}");
        assert!(answer.body.contains(said), "{name}: {}", answer.body);
        assert!(!answer.body.contains(SECRET), "{name}: {}", answer.body);
    }
}

#[tokio::test]
async fn anonymous_callers_are_told_what_is_missing() {
    let router = router();
    assert_eq!(call(&router, get("/", &[])).await.status.as_u16(), 403);
    assert_eq!(call(&router, request("POST", "/write", &[], Body::empty())).await.status.as_u16(), 401);
}

#[test]
fn the_configuration_names_all_that_is_missing() {
    let mut env = Environment::from_pairs([("ROOKERY_IDENTITY_MODE", "jwt"), ("ROOKERY_JWT_ISSUER", "me")]);
    assert_eq!(IdentityConfig::from_environment(&mut env), None);
    let error = env.into_error();
    let names: Vec<&str> = error.faults().iter().map(|fault| fault.name.as_str()).collect();
    assert_eq!(names, ["ROOKERY_JWT_JWKS_FILE", "ROOKERY_JWT_AUDIENCE"]);

    let mut env =
        Environment::from_pairs([("ROOKERY_IDENTITY_MODE", "gateway"), ("ROOKERY_GATEWAY_SECRET", "short")]);
    assert_eq!(IdentityConfig::from_environment(&mut env), None);
    assert!(!env.into_error().to_string().contains("short"));
}
