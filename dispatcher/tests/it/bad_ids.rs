//! Malformed ids, and ids that are not those of a message.

use reqwest::Method;
use serde_json::json;
use testkit::openapi::{MISSPELT_NUMBERS, NumberParameter, number_parameters};

use crate::answer::refused;
use crate::app::App;

/// One thing has one name: an id has no second spelling.
const MALFORMED: [&str; 16] = [
    "-1",
    "0",
    "-0",
    "+256",
    "0256",
    "00",
    "9223372036854775808",
    "99999999999999999999999999999999",
    "1e3",
    "256.0",
    "0x100",
    "abc",
    "",
    " 256",
    "\u{662}\u{665}\u{666}",
    "256\u{0}",
];

/// As they stand in a path. The empty one is another address.
const MALFORMED_IN_PATH: [&str; 17] = [
    "-1",
    "0",
    "-0",
    "+256",
    "%2B256",
    "0256",
    "00",
    "9223372036854775808",
    "99999999999999999999999999999999",
    "1e3",
    "256.0",
    "0x100",
    "abc",
    "%20256",
    "%D9%A2",
    "256%00",
    "%FF",
];

#[tokio::test]
async fn malformed_ids_are_refused() {
    let app = App::start().await;
    let user = app.user(42);
    assert_eq!(user.post(&json!({"text": "one"})).await.id(), "256");
    for id in MALFORMED_IN_PATH {
        let answer = user.edit(id, "*", &json!({"text": "two"})).await;
        assert_eq!(answer.refusal(), refused(400, "invalid-parameter"), "{id}");
        let answer = user.delete(id).await;
        assert_eq!(answer.refusal(), refused(400, "invalid-parameter"), "{id}");
    }
    for id in MALFORMED {
        let answer = user.post(&json!({"text": "reply", "inReplyTo": id})).await;
        assert_eq!(answer.refusal(), refused(400, "invalid-field"), "{id}");
        assert_eq!(answer.problem().errors[0].field, "inReplyTo");
    }
    for id in [json!(256), json!(-1), json!(2.5), json!(["256"]), json!(true)] {
        let answer = user.post(&json!({"text": "reply", "inReplyTo": id})).await;
        assert_eq!(answer.refusal(), refused(400, "invalid-field"), "{id}");
    }
    assert_eq!(app.events().await, 1);
}

#[tokio::test]
async fn an_id_has_one_spelling_in_every_address() {
    let app = App::start().await;
    let user = app.caller(42, "user,moderator");
    let headers = [("content-type", "application/json"), ("if-match", "*")];
    let commands = number_parameters().into_iter().filter(|number| number.method != "get");
    for NumberParameter { method, path, place, .. } in commands {
        assert_eq!(place, "path", "no command takes another number");
        let method = Method::from_bytes(method.to_ascii_uppercase().as_bytes()).expect("it is a method");
        // One that is good but for the id.
        let body = match path.rsplit('/').next() {
            Some("resolution") => r#"{"outcome":"dismissed"}"#,
            Some("moderation") => r#"{"action":"warn","reason":"spam"}"#,
            _ => r#"{"text":"x"}"#,
        };
        for misspelt in MISSPELT_NUMBERS {
            let encoded: String = misspelt.bytes().map(|byte| format!("%{byte:02X}")).collect();
            let path = path.replace("{id}", &encoded);
            let answer = user.send(method.clone(), &path, &headers, body).await;
            assert_eq!(answer.refusal(), refused(400, "invalid-parameter"), "{method} {path} {misspelt:?}");
            assert_eq!(answer.problem().errors[0].field, "id");
        }
    }
    assert_eq!(app.events().await, 0);
}

#[tokio::test]
async fn ids_of_something_else_are_not_found() {
    let app = App::start().await;
    let user = app.user(42);
    let id = user.post(&json!({"text": "one"})).await.id();
    let edit = user.edit(&id, "*", &json!({"text": "two"})).await.event_position();
    let deletion = user.delete(&id).await.event_position();
    let (unknown, other_shard) = (100 << 8, (1 << 8) + 7);
    // An account's id is as large; the message that would have it is thousands of years away.
    for other in [edit, deletion, unknown, other_shard, 1, 255, 42, 123_456_789_012_345, i64::MAX] {
        let other = other.to_string();
        for caller in [app.user(42), app.caller(1, "admin")] {
            let answer = caller.edit(&other, "*", &json!({"text": "three"})).await;
            assert_eq!(answer.refusal(), refused(404, "MessageMustExist"), "{other}");
            assert_eq!(caller.delete(&other).await.refusal(), refused(404, "MessageMustExist"), "{other}");
        }
    }
    assert_eq!(app.events().await, 3);
}
