use testkit::openapi::{MISSPELT_NUMBERS, number_parameters};

use crate::support::{App, posted};

#[tokio::test]
async fn a_number_has_one_spelling() {
    let app = App::start().await;
    let numbers: Vec<String> = number_parameters()
        .into_iter()
        .filter_map(|number| (number.path == "/v1/events").then_some(number.name))
        .collect();
    assert_eq!(numbers, ["after", "account", "limit"]);
    for name in numbers {
        for misspelt in MISSPELT_NUMBERS {
            let encoded: String = misspelt.bytes().map(|byte| format!("%{byte:02X}")).collect();
            let answer = app.get(&format!("/v1/events?{name}={encoded}")).await;
            answer.is_problem(400, "invalid-parameter");
            let body: serde_json::Value = serde_json::from_slice(&answer.body).expect("JSON");
            assert_eq!(body["errors"][0]["field"], *name, "{misspelt:?}");
        }
    }
}

#[tokio::test]
async fn what_cannot_be_meant_is_refused_by_name() {
    let app = App::start().await;
    app.until(app.append(posted(7, "a heron", &[])).await).await;
    for (query, name) in [
        ("after=x", "after"),
        ("after=-1", "after"),
        ("after=01", "after"),
        ("after=9223372036854775808", "after"),
        ("limit=0", "limit"),
        ("limit=1001", "limit"),
        ("limit=10&follow=true", "limit"),
        ("follow=yes", "follow"),
        ("types=rookery.message.posted", "types"),
        ("types=rookery.account.blocked.v1", "types"),
        ("types=", "types"),
        ("types=rookery.message.posted.v1,rookery.message.deleted.v1", "types"),
        ("account=0", "account"),
        ("account=me", "account"),
        ("tag=", "tag"),
        ("author=7", "author"),
        ("after=0&after=0", "after"),
    ] {
        let answer = app.get(&format!("/v1/events?{query}")).await;
        answer.is_problem(400, "invalid-parameter");
        let body: serde_json::Value = serde_json::from_slice(&answer.body).expect("JSON");
        assert_eq!(body["errors"][0]["field"], name, "{query}: {body}");
        let says_how = body["errors"][0]["detail"].to_string().contains("types=…&types=…");
        assert_eq!(says_how, query.contains(','), "{query}: {body}");
    }
}

#[tokio::test]
async fn a_position_that_the_log_has_not_reached_is_none_of_its_own() {
    let app = App::start().await;
    let position = app.append(posted(7, "a heron", &[])).await;
    app.until(position).await;
    for follow in ["", "&follow=true"] {
        let path = format!("/v1/events?after={}{follow}", position.get() + 256);
        let answer = app.get(&path).await;
        answer.is_problem(409, "position-ahead");
        let body = String::from_utf8_lossy(&answer.body);
        assert!(body.contains(&format!("The log ends at {position}.")), "{body}");
    }
    let answer = app.get("/v1/events?after=257").await;
    answer.is_problem(409, "other-log");
    assert!(String::from_utf8_lossy(&answer.body).contains("multiples of 256"));
    let path = "/v1/events";
    let other = app.answer(path, app.request(path).header("Log-Lineage", "another")).await;
    other.is_problem(409, "other-log");
}
