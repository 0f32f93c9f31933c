//! The data contract, as it is shown.

use http::Method;

use crate::support::App;

const PATH: &str = "/v1/contracts/published";
const CHECKED_IN: &str = include_str!("../../../docs/contracts/published.odcs.yaml");

#[tokio::test]
async fn everybody_gets_the_contract_that_is_checked_in() {
    let app = App::start().await;
    let answer = app.send(Method::GET, PATH, None, &[]).await;
    assert_eq!(answer.status.as_u16(), 200);
    assert_eq!(answer.header("content-type"), "application/yaml");
    assert_eq!(String::from_utf8(answer.body.clone()).expect("it is text"), CHECKED_IN);
    assert_eq!(answer.header("contract-version"), data_set::published::CONTRACT_VERSION);
    assert!(CHECKED_IN.contains(&format!("\nversion: \"{}\"\n", data_set::published::CONTRACT_VERSION)));
    assert_eq!(answer.header("vary").to_ascii_lowercase(), "accept");
}

#[tokio::test]
async fn whoever_likes_json_better_gets_json() {
    let app = App::start().await;
    let answer = app.send(Method::GET, PATH, None, &[("Accept", "application/json")]).await;
    let contract = answer.ok();
    assert_eq!(answer.header("content-type"), "application/json");
    assert_eq!(contract["apiVersion"], "v3.1.0");
    assert_eq!(contract["schema"].as_array().map(Vec::len), Some(data_set::published::VIEWS.len()));
}

#[tokio::test]
async fn what_the_caller_has_is_not_sent_again() {
    let app = App::start().await;
    let yaml = app.send(Method::GET, PATH, None, &[]).await;
    let json = app.send(Method::GET, PATH, None, &[("Accept", "application/json")]).await;
    assert_ne!(yaml.header("etag"), json.header("etag"));
    let again = app.send(Method::GET, PATH, None, &[("If-None-Match", yaml.header("etag"))]).await;
    assert_eq!((again.status.as_u16(), again.body.len()), (304, 0));
    let other = app.send(Method::GET, PATH, None, &[("If-None-Match", json.header("etag"))]).await;
    assert_eq!(other.status.as_u16(), 200);
    app.send(Method::GET, &format!("{PATH}?format=json"), None, &[])
        .await
        .is_problem(400, "invalid-parameter");
}
