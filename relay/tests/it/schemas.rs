use serde_json::Value;

use crate::support::{App, posted};

#[tokio::test]
async fn every_type_has_its_schema_for_everybody() {
    let app = App::start().await;
    let get = async |path: &str| {
        let answer = app.answer(path, app.client.get(format!("{}{path}", app.url))).await;
        assert_eq!(answer.status, 200, "{path}");
        let body: Value = serde_json::from_slice(&answer.body).expect("JSON");
        (answer, body)
    };
    let (_, list) = get("/v1/schemas").await;
    let list = list.as_array().expect("a list").clone();
    assert_eq!(list.len(), event_store::event_types().len());
    for known in list {
        let (answer, schema) = get(known["href"].as_str().expect("an address")).await;
        assert_eq!(answer.header("content-type"), Some("application/schema+json"));
        assert_eq!(schema["$id"], known["dataschema"]);
    }
    for path in ["/v1/schemas/rookery.message.posted", "/v1/schemas/x.v1"] {
        app.get(path).await.is_problem(404, "not-found");
    }
}

#[tokio::test]
async fn what_is_handed_on_has_the_schema_that_it_names() {
    let app = App::start().await;
    let message = app.post(7, "a heron", &["birds"]).await;
    app.append(posted(8, "a pike", &[])).await;
    app.edit(message, 7, "a grey heron").await;
    let gone = app.post(7, "a mistake", &[]).await;
    app.until(app.delete(gone, 7).await).await;
    let events = app.all("").await;
    assert_eq!(events.len(), 4);
    for event in events {
        let path = format!("/v1/schemas/{}", event["type"].as_str().expect("a type"));
        let schema: Value = serde_json::from_slice(&app.get(&path).await.body).expect("JSON");
        let validator = jsonschema::draft202012::new(&schema).expect("a schema");
        validator.validate(&event["data"]).unwrap_or_else(|error| panic!("{event}: {error}"));
    }
}
