//! Posts whose words break a rule of the domain.

use serde_json::{Value, json};

use crate::answer::refused;
use crate::app::App;

fn tag(tag: &str) -> Value {
    json!({"text": "x", "tag": tag})
}

fn texts() -> Vec<(&'static str, Value, u16, &'static str)> {
    let text = |text: &str| json!({"text": text});
    vec![
        ("empty", text(""), 422, "TextMustNotBeEmpty"),
        ("blank", text(" \t\r\n\u{a0}\u{2003}"), 422, "TextMustNotBeEmpty"),
        (
            "invisible",
            text("\u{200b}\u{2060}\u{feff}\u{ad}\u{3164}\u{2800}\u{115f}"),
            422,
            "TextMustNotBeEmpty",
        ),
        ("281 letters", text(&"x".repeat(281)), 422, "TextMustNotBeTooLong"),
        ("281 birds", text(&"\u{1f426}".repeat(281)), 422, "TextMustNotBeTooLong"),
        ("281 after composing", text(&"e\u{301}".repeat(281)), 422, "TextMustNotBeTooLong"),
        ("281 because it decomposes", text(&"\u{958}".repeat(141)), 422, "TextMustNotBeTooLong"),
        ("NUL", text("a\u{0}b"), 422, "TextMustNotContainNul"),
        ("NUL alone", text("\u{0}"), 422, "TextMustNotContainNul"),
        ("null", json!({"text": null}), 400, "invalid-field"),
        ("a number", json!({"text": 1}), 400, "invalid-field"),
        ("a list", json!({"text": ["x"]}), 400, "invalid-field"),
        ("missing", json!({"tag": "a"}), 400, "invalid-field"),
    ]
}

fn tags() -> Vec<(&'static str, Value, u16, &'static str)> {
    let nine = json!({"text": "x", "tags": ["1", "2", "3", "4", "5", "6", "7", "8", "9"]});
    let nine_alike = json!({"text": "x", "tags": vec!["a"; 9]});
    vec![
        ("a dot", tag("a.b"), 422, "TagMustNotContainReservedCharacters"),
        ("a star", tag("*"), 422, "TagMustNotContainReservedCharacters"),
        ("an arrow", tag(">"), 422, "TagMustNotContainReservedCharacters"),
        ("CR", tag("a\rb"), 422, "TagMustNotContainReservedCharacters"),
        ("LF at the end", tag("a\n"), 422, "TagMustNotContainReservedCharacters"),
        ("NUL", tag("a\u{0}"), 422, "TagMustNotContainReservedCharacters"),
        ("a tab", tag("a\tb"), 422, "TagMustNotContainReservedCharacters"),
        ("DEL", tag("a\u{7f}"), 422, "TagMustNotContainReservedCharacters"),
        ("line separator", tag("a\u{2028}b"), 422, "TagMustNotContainReservedCharacters"),
        ("empty", tag(""), 422, "TagMustNotBeEmpty"),
        ("spaces", tag("   "), 422, "TagMustNotBeEmpty"),
        ("invisible", tag("\u{ad}\u{fe0f}"), 422, "TagMustNotBeEmpty"),
        ("three dots in one", tag("wait\u{2026}"), 422, "TagMustNotContainReservedCharacters"),
        ("65 letters", tag(&"x".repeat(65)), 422, "TagMustNotBeTooLong"),
        ("65 after folding", tag(&format!("{}\u{130}", "x".repeat(63))), 422, "TagMustNotBeTooLong"),
        ("nine", nine, 422, "TagsMustNotBeTooMany"),
        ("nine alike", nine_alike, 422, "TagsMustNotBeTooMany"),
        (
            "one of two",
            json!({"text": "x", "tags": ["good", "b.d"]}),
            422,
            "TagMustNotContainReservedCharacters",
        ),
        ("tag and tags", json!({"text": "x", "tag": "a", "tags": ["a"]}), 400, "invalid-field"),
        ("a null among them", json!({"text": "x", "tags": [null]}), 400, "invalid-field"),
        ("a list in tag", json!({"text": "x", "tag": ["a"]}), 400, "invalid-field"),
        ("text in tags", json!({"text": "x", "tags": "a"}), 400, "invalid-field"),
        ("a number", json!({"text": "x", "tag": 1}), 400, "invalid-field"),
        ("an object", json!({"text": "x", "tags": {"0": "a"}}), 400, "invalid-field"),
    ]
}

#[tokio::test]
async fn a_post_that_breaks_a_rule_is_refused_by_its_name() {
    let app = App::start().await;
    let user = app.user(42);
    for (name, body, status, code) in [texts(), tags()].concat() {
        assert_eq!(user.post(&body).await.refusal(), refused(status, code), "{name}");
    }
    assert_eq!(app.events().await, 0);
}

#[tokio::test]
async fn an_edit_keeps_the_same_rules() {
    let app = App::start().await;
    let user = app.user(42);
    let id = user.post(&json!({"text": "one"})).await.id();
    for (name, body, status, code) in [texts(), tags()].concat() {
        // An edit may leave the text out, and takes null for that.
        if body["text"].is_null() {
            continue;
        }
        assert_eq!(user.edit(&id, "*", &body).await.refusal(), refused(status, code), "{name}");
    }
    assert_eq!(app.events().await, 1);
}
