use std::io;

use api_types::codes;
use axum::Router;
use axum::body::Body;
use axum::routing::{get as on_get, post};
use http_kit::identity::Caller;
use http_kit::{ApiProblem, Limits, RequestContext, StrictPath, StrictQuery, standard};
use serde::Deserialize;
use tokens::{Role, Roles};

use crate::support::{call, get, request};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Filter {
    limit: Option<u8>,
}

async fn panics() -> String {
    panic!("the secret plan failed")
}

async fn fails() -> ApiProblem {
    ApiProblem::internal(io::Error::other("the password of the database is hunter2"))
}

async fn echo(context: RequestContext) -> String {
    format!("{} {} {}", context.request_id(), context.trace_id(), context.traceparent())
}

async fn shows_item(StrictPath(id): StrictPath<i64>, StrictQuery(filter): StrictQuery<Filter>) -> String {
    format!("{id} {:?}", filter.limit)
}

fn router() -> Router {
    let routes = Router::new()
        .route("/panics", on_get(panics))
        .route("/fails", on_get(fails))
        .route("/busy", on_get(|| async { ApiProblem::new(codes::LOG_FULL).retry_after_seconds(30) }))
        .route("/echo", on_get(echo))
        .route("/items/{id}", on_get(shows_item))
        .route("/names/{name}", on_get(|StrictPath(name): StrictPath<String>| async move { name }))
        .route("/writes", post(|| async { "written" }));
    standard(routes, "test", &Limits { access_log: true, ..Limits::for_testing() })
}

#[tokio::test]
async fn unknown_addresses_and_methods_are_problems() {
    let router = router();
    let answer = call(&router, get("/nowhere", &[])).await;
    assert_eq!((answer.status.as_u16(), answer.problem().code.as_ref()), (404, "not-found"));
    let answer = call(&router, get("/writes", &[])).await;
    assert_eq!((answer.status.as_u16(), answer.problem().code.as_ref()), (405, "method-not-allowed"));
    assert_eq!(answer.header("allow"), "POST");
}

#[tokio::test]
async fn failures_do_not_say_why() {
    for path in ["/panics", "/fails"] {
        let answer = call(&router(), get(path, &[("x-request-id", "r-17")])).await;
        let problem = answer.problem();
        assert_eq!((answer.status.as_u16(), problem.code.as_ref()), (500, "internal"), "{path}");
        assert_eq!(problem.request_id.as_deref(), Some("r-17"));
        assert!(!answer.body.contains("hunter2") && !answer.body.contains("plan"), "{}", answer.body);
        assert_eq!(answer.header("x-request-id"), "r-17");
        assert_eq!(answer.header("cache-control"), "no-store");
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert_eq!(answer.header("content-length"), answer.body.len().to_string());
    }
}

#[tokio::test]
async fn a_wait_is_suggested() {
    assert_eq!(call(&router(), get("/busy", &[])).await.header("retry-after"), "30");
}

#[tokio::test]
async fn the_trace_goes_on() {
    let trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    let parent = format!("00-{trace}-00f067aa0ba902b7-01");
    let answer = call(&router(), get("/echo", &[("traceparent", &parent)])).await;
    assert!(answer.body.contains(&format!(" {trace} 00-{trace}-")), "{}", answer.body);
    assert!(answer.body.starts_with(answer.header("x-request-id")));
}

#[tokio::test]
async fn bad_addresses_name_the_parameter() {
    let router = router();
    assert_eq!(call(&router, get("/items/7?limit=3", &[])).await.body, "7 Some(3)");
    for (uri, field) in [
        ("/items/x", "id"),
        ("/items/99999999999999999999", "id"),
        ("/items/%ff", "id"),
        ("/items/7?limit=300", "limit"),
        ("/items/7?limit=1&limit=2", "limit"),
        ("/items/7?page=1", "page"),
        ("/items/7?limit=%00", "limit"),
    ] {
        let answer = call(&router, get(uri, &[])).await;
        let problem = answer.problem();
        assert_eq!((answer.status.as_u16(), problem.code.as_ref()), (400, "invalid-parameter"), "{uri}");
        assert_eq!(problem.errors.first().map(|error| error.field.as_str()), Some(field), "{uri}");
    }
    assert_eq!(call(&router, get("/names/a%00b", &[])).await.problem().code, "invalid-parameter");
}

#[tokio::test]
async fn metrics_know_templates_and_no_addresses() {
    service_kit::telemetry::install_metrics();
    let router = router();
    call(&router, get("/items/123456789", &[])).await;
    call(&router, get("/no/such/987654321", &[])).await;
    call(&router, request("BREW", "/writes", &[], Body::empty())).await;
    let metrics = service_kit::telemetry::render();
    let expected = r#"http_requests_total{service="test",method="GET",route="/items/{id}",status="200"} 1"#;
    assert!(metrics.contains(expected), "{metrics}");
    assert!(metrics.contains(r#"route="unmatched",status="404""#), "{metrics}");
    assert!(metrics.contains(r#"method="OTHER",route="/writes",status="405""#), "{metrics}");
    assert!(metrics.contains("http_request_duration_seconds_bucket"), "{metrics}");
    assert!(
        !metrics.contains("123456789") && !metrics.contains("987654321") && !metrics.contains("BREW"),
        "{metrics}"
    );
}

#[test]
fn a_missing_role_is_named() {
    let caller = Caller { account: 1, roles: Roles::none().with(Role::User), session: None, scopes: None };
    assert!(caller.require_any(&[Role::Admin, Role::User]).is_ok());
    let problem = caller.require_any(&[Role::Analyst, Role::Admin]).expect_err("the caller is a mere user");
    assert_eq!(problem.to_string(), "role-required: This needs the role analyst or admin.");
}
