//! Registrations and profiles that are not what they should be.

use reqwest::{Body, Method};
use serde_json::{Value, json};

use crate::answer::refused;
use crate::app::App;

/// A field of both bodies, a value that it must not have, and how that is refused.
fn bad_fields() -> Vec<(&'static str, Value, u16, &'static str)> {
    let control = "DisplayNameMustNotContainControlCharacters";
    vec![
        ("handle", json!(""), 422, "HandleMustBeWellFormed"),
        ("handle", json!("x".repeat(31)), 422, "HandleMustBeWellFormed"),
        ("handle", json!("night jar"), 422, "HandleMustBeWellFormed"),
        ("handle", json!("night-jar"), 422, "HandleMustBeWellFormed"),
        ("handle", json!("night.jar"), 422, "HandleMustBeWellFormed"),
        ("handle", json!("*"), 422, "HandleMustBeWellFormed"),
        ("handle", json!(">"), 422, "HandleMustBeWellFormed"),
        ("handle", json!("a\r\nb"), 422, "HandleMustBeWellFormed"),
        ("handle", json!("a\u{0}"), 422, "HandleMustBeWellFormed"),
        ("handle", json!("n\u{131}ghtjar"), 422, "HandleMustBeWellFormed"),
        ("handle", json!("\u{212a}ite"), 422, "HandleMustBeWellFormed"),
        ("handle", json!(1), 400, "invalid-field"),
        ("handle", json!(["a"]), 400, "invalid-field"),
        ("displayName", json!(""), 422, "DisplayNameMustNotBeEmpty"),
        ("displayName", json!(" \u{a0}"), 422, "DisplayNameMustNotBeEmpty"),
        ("displayName", json!("\u{200b}\u{3164}\u{2800}"), 422, "DisplayNameMustNotBeEmpty"),
        ("displayName", json!("x".repeat(51)), 422, "DisplayNameMustNotBeTooLong"),
        ("displayName", json!("a\nb"), 422, control),
        ("displayName", json!("a\u{0}b"), 422, control),
        ("displayName", json!("a\u{2028}b"), 422, control),
        ("displayName", json!("a\u{202e}b"), 422, control),
        ("displayName", json!("a\u{2067}b"), 422, control),
        ("displayName", json!({"a": 1}), 400, "invalid-field"),
    ]
}

fn with(mut body: Value, field: &str, value: Value) -> Value {
    body[field] = value;
    body
}

fn good() -> Value {
    json!({"handle": "nightjar", "password": "correct horse", "displayName": "Night Jar"})
}

#[tokio::test]
async fn a_registration_that_breaks_a_rule_is_refused_by_its_name() {
    let app = App::start().await;
    let length = "PasswordMustHaveGoodLength";
    let mut cases = bad_fields();
    cases.extend([
        ("password", json!(""), 422, length),
        ("password", json!("1234567"), 422, length),
        ("password", json!("\u{1f426}".repeat(7)), 422, length),
        ("password", json!("x".repeat(129)), 422, length),
        ("password", json!("x".repeat(10_000)), 422, length),
        ("password", json!(12_345_678), 400, "invalid-field"),
        ("password", Value::Null, 400, "invalid-field"),
        ("handle", Value::Null, 400, "invalid-field"),
        ("displayName", Value::Null, 400, "invalid-field"),
        ("bio", json!("x"), 400, "unknown-field"),
        ("id", json!("42"), 400, "unknown-field"),
    ]);
    for (field, value, status, code) in cases {
        let answer = app.api.register(&[], &with(good(), field, value.clone())).await;
        assert_eq!(answer.refusal(), refused(status, code), "{field}: {value}");
        assert!(!answer.body.contains("horse") && !answer.body.contains("xxxxxxxx"), "{}", answer.body);
    }
    for field in ["handle", "password", "displayName"] {
        let mut body = good();
        body.as_object_mut().expect("it is one").remove(field);
        assert_eq!(app.api.register(&[], &body).await.refusal(), refused(400, "invalid-field"), "{field}");
    }
    assert_eq!(app.events().await, 0);
}

#[tokio::test]
async fn a_profile_that_breaks_a_rule_is_refused_by_its_name() {
    let app = App::start().await;
    let id = app.register("owl").await;
    let user = app.user(id);
    let mut cases = bad_fields();
    cases.extend([
        ("bio", json!("x".repeat(501)), 422, "BioMustNotBeTooLong"),
        ("bio", json!("a\u{0}b"), 422, "BioMustNotContainControlCharacters"),
        ("bio", json!(1), 400, "invalid-field"),
        ("password", json!("correct horse"), 400, "unknown-field"),
        ("id", json!("42"), 400, "unknown-field"),
    ]);
    for (field, value, status, code) in cases {
        let answer = user.change_profile(&with(json!({}), field, value.clone())).await;
        assert_eq!(answer.refusal(), refused(status, code), "{field}: {value}");
    }
    for body in
        [json!({}), json!({"handle": null}), json!({"handle": null, "displayName": null, "bio": null})]
    {
        assert_eq!(user.change_profile(&body).await.refusal(), refused(400, "invalid-field"), "{body}");
    }
    assert_eq!(app.events().await, 2);
}

#[tokio::test]
async fn bodies_that_are_no_sound_json_are_refused() {
    let app = App::start().await;
    let authorization = app.tokens.of(app.register("owl").await, "user");
    let headers = [("content-type", "application/json"), ("authorization", authorization.as_str())];
    let routes = [
        (Method::POST, "/v1/accounts"),
        (Method::PATCH, "/v1/accounts/me"),
        (Method::PUT, "/v1/notifications/read"),
    ];
    for (method, path) in routes {
        for (body, code) in [
            (&b""[..], "malformed-json"),
            (b"null", "malformed-json"),
            (b"[]", "malformed-json"),
            (b"{", "malformed-json"),
            (b"{\"\xff\":1}", "malformed-json"),
            (b"{\"x\":1}", "unknown-field"),
        ] {
            let answer = app.api.send(method.clone(), path, &headers, body.to_vec()).await;
            assert_eq!(answer.refusal(), refused(400, code), "{method} {path} {body:?}");
        }
        let spaces = futures::stream::repeat_with(|| Ok::<_, std::io::Error>(vec![b' '; 1024]));
        let answer = app.api.send(method.clone(), path, &headers, Body::wrap_stream(spaces)).await;
        assert_eq!(answer.refusal(), refused(413, "body-too-large"), "{method} {path}");
        let plain = [("content-type", "text/plain"), headers[1]];
        let answer = app.api.send(method.clone(), path, &plain, "{}").await;
        assert_eq!(answer.refusal(), refused(415, "wrong-content-type"), "{method} {path}");
    }
    assert_eq!(app.events().await, 2);
}

#[tokio::test]
async fn malformed_ids_are_refused() {
    let app = App::start().await;
    let user = app.user(42);
    for id in [
        "-1",
        "0",
        "+256",
        "%2B256",
        "0256",
        "9223372036854775808",
        "99999999999999999999999",
        "1e3",
        "256.0",
        "abc",
        "me",
        "%20256",
        "%D9%A2",
        "256%00",
        "%FF",
    ] {
        for path in [
            format!("/v1/accounts/{id}/follow"),
            format!("/v1/messages/{id}/like"),
            format!("/v1/messages/{id}/repost"),
        ] {
            assert_eq!(user.put(&path).await.refusal(), refused(400, "invalid-parameter"), "{path}");
            assert_eq!(user.remove(&path).await.refusal(), refused(400, "invalid-parameter"), "{path}");
        }
    }
    for path in ["/v1/accounts/1/follow/", "/v1/accounts/1/like", "/v1/messages/256/follow"] {
        assert_eq!(user.put(path).await.refusal(), refused(404, "not-found"), "{path}");
    }
    assert_eq!(app.events().await, 0);
}

#[tokio::test]
async fn other_methods_are_refused() {
    let app = App::start().await;
    let user = app.user(42);
    for (method, path) in [
        (Method::PUT, "/v1/accounts"),
        (Method::PUT, "/v1/accounts/me"),
        (Method::POST, "/v1/accounts/1/follow"),
        (Method::POST, "/v1/messages/256/like"),
        (Method::PATCH, "/v1/messages/256/repost"),
        (Method::DELETE, "/v1/notifications/read"),
    ] {
        let answer = user.send(method.clone(), path, &[], "").await;
        assert_eq!(answer.refusal(), refused(405, "method-not-allowed"), "{method} {path}");
    }
}
