//! The catalogue: that it has every data set and column, and that what it says of their rows is right.

use std::collections::BTreeSet;

use data_set::export;
use data_set::published::{Cadence, VIEWS};
use http::Method;
use http_kit::Limits;
use query_api::CatalogSettings;
use serde_json::{Value, json};
use service_kit::config::Environment;

use crate::support::rows::{execute, fold, report, row};
use crate::support::{ADMIN, ANALYST, App, READER};

const CATALOG: &str = "/v1/catalog";
const JSON_LD: &str = "/v1/catalog.jsonld";
const AT: &str = "http://rookery.test";

async fn filled() -> App {
    let app = App::start().await;
    let rows = [
        row(256, 1, &["birds"], "2026-01-01T00:00:00Z"),
        row(512, 2, &[], "2026-01-01T00:00:01.5Z"),
        row(768, 1, &["birds", "terns"], "2026-01-02T00:00:02Z"),
    ];
    fold(&app.writer, &rows).await;
    app
}

fn data_set<'document>(catalog: &'document Value, name: &str) -> &'document Value {
    let found = catalog["dataSets"].as_array().expect("a list").iter().find(|set| set["name"] == name);
    found.unwrap_or_else(|| panic!("{name} is missing"))
}

fn rows(catalog: &Value, name: &str) -> (i64, bool) {
    let count = &data_set(catalog, name)["rowCount"];
    (count["rows"].as_i64().expect("a number"), count["exact"].as_bool().expect("it says so"))
}

/// What `published` describes, as names with a type.
fn described() -> BTreeSet<String> {
    let columns = VIEWS.iter().flat_map(|view| {
        view.columns.iter().map(|column| format!("{}.{} {}", view.name, column.name, column.kind.sql()))
    });
    columns.collect()
}

#[tokio::test]
async fn every_view_and_column_is_in_it_with_all_that_is_known_of_them() {
    let app = filled().await;
    let catalog = app.get_as(ANALYST, CATALOG).await.ok();
    let mut found = BTreeSet::new();
    for view in VIEWS {
        let set = data_set(&catalog, view.name);
        assert_eq!((&set["title"], &set["domain"]), (&json!(view.title), &json!(view.domain.word())));
        assert_eq!(set["description"], view.description);
        assert_eq!(set["classification"], view.classification().word());
        assert_eq!(
            (&set["primaryKey"], &set["timeColumn"]),
            (&json!(view.primary_key), &json!(view.time_column))
        );
        assert_eq!(set["projection"], json!(view.projection()));
        let columns = set["columns"].as_array().expect("a list");
        assert_eq!(columns.len(), view.columns.len());
        for (said, column) in columns.iter().zip(view.columns) {
            found.insert(format!(
                "{}.{} {}",
                view.name,
                said["name"].as_str().unwrap_or_default(),
                said["type"].as_str().unwrap_or_default()
            ));
            assert_eq!(
                (&said["nullable"], &said["values"]),
                (&json!(column.is_nullable), &json!(column.values))
            );
            assert_eq!(
                (&said["description"], &said["example"]),
                (&json!(column.description), &json!(column.example))
            );
            assert_eq!(said["classification"], column.why.classification.word());
            assert_eq!(said["reason"], column.why.reason);
            let joins = column
                .reference
                .map(|to| json!({"dataSet": to.view, "column": to.column, "except": to.except}));
            assert_eq!(said["joins"], json!(joins));
            let lineage =
                column.lineage.iter().map(|field| json!({"event": field.event, "field": field.field}));
            assert_eq!(said["lineage"], json!(lineage.collect::<Vec<_>>()), "{}.{}", view.name, column.name);
        }
    }
    assert_eq!(found, described());
    assert_eq!(catalog["dataSets"].as_array().map(Vec::len), Some(VIEWS.len()));
}

#[tokio::test]
async fn what_exports_give_is_named_with_its_address_and_media_type() {
    let app = filled().await;
    let catalog = app.get_as(ANALYST, CATALOG).await.ok();
    let document = serde_json::to_value(query_api::openapi()).expect("it can be written");
    for view in VIEWS {
        let distributions = data_set(&catalog, view.name)["distributions"].as_array().expect("a list");
        let of = |kind: &str| distributions.iter().filter(|one| one["kind"] == kind).collect::<Vec<_>>();
        let files = of("file");
        let is_exported = export::find(view.name).is_some();
        assert_eq!(files.len(), if is_exported { 3 } else { 0 }, "{}", view.name);
        for file in files {
            let url = file["url"].as_str().expect("an address");
            let path = url.strip_prefix(AT).expect("it is this system's");
            if view.projection() == Some("social") {
                let taken = app.get_as(ADMIN, path).await;
                assert_eq!(taken.header("content-type"), file["mediaType"], "{path}");
            }
        }
        let [sql] = of("sql")[..] else { panic!("{} is read by SQL", view.name) };
        assert_eq!((&sql["table"], &sql["url"]), (&json!(format!("published.{}", view.name)), &Value::Null));
        for http in of("http") {
            let path =
                http["url"].as_str().and_then(|url| url.strip_prefix(AT)).expect("an address of this system");
            assert!(document["paths"][path]["get"].is_object(), "{path} is no operation");
        }
    }
}

#[tokio::test]
async fn rows_are_counted_and_freshness_is_that_of_the_data() {
    let app = filled().await;
    let empty = app.get_as(ANALYST, CATALOG).await.ok();
    assert_eq!(data_set(&empty, "messages")["freshness"]["lagEvents"], Value::Null, "no worker has told yet");
    report(&app.writer, 1536, 3.0).await;
    let answer = app.get_as(ANALYST, CATALOG).await;
    assert_eq!(answer.header("data-position"), "768");
    let catalog = answer.ok();
    for (name, expected) in [
        ("messages", 3),
        ("message_ids", 3),
        ("message_editions", 3),
        ("message_tags", 6),
        ("deleted_messages", 0),
        ("daily_activity", 2),
        ("data_sets", i64::try_from(VIEWS.len()).expect("few")),
    ] {
        assert_eq!(rows(&catalog, name), (expected, true), "{name}");
    }
    for view in VIEWS {
        let sql = format!("select count(*) from published.{}", view.name);
        let counted: i64 =
            sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_one(&app.writer).await.expect("readable");
        assert_eq!(rows(&catalog, view.name), (counted, true), "{}", view.name);
        let freshness = &data_set(&catalog, view.name)["freshness"];
        match view.cadence {
            Cadence::Folded("social") => {
                assert_eq!((&freshness["position"], &freshness["lagEvents"]), (&json!("768"), &json!(3)));
                let seconds = freshness["lagSeconds"].as_f64().expect("it is known");
                assert!((3.0..30.0).contains(&seconds), "{seconds}");
            }
            // Not folded here, or how things stand now.
            Cadence::Folded(_) | Cadence::Live => assert_eq!(freshness, &Value::Null, "{}", view.name),
        }
    }
}

#[tokio::test]
async fn many_rows_are_estimated_and_it_is_said() {
    let app = filled().await;
    execute(
        &app.writer,
        "insert into social_v1.account (id, handle, display_name, bio, registered_at)
         select id, 'a' || id, 'A', '', now() from generate_series(1, 20000) as id;
         analyze social_v1.account",
    )
    .await;
    let catalog = app.get_as(ANALYST, CATALOG).await.ok();
    let (estimate, exact) = rows(&catalog, "accounts");
    assert!(!exact && (18_000..22_000).contains(&estimate), "{estimate}");
    assert_eq!(rows(&catalog, "messages"), (3, true));
}

/// What is idle answers with the same bytes, however often it is asked.
#[tokio::test]
async fn whoever_has_it_is_not_given_it_again_until_something_was_folded() {
    let app = filled().await;
    report(&app.writer, 768, 0.5).await;
    for path in [CATALOG, JSON_LD] {
        let first = app.get_as(ANALYST, path).await;
        let tag = first.header("etag").to_owned();
        let again = app.send(Method::GET, path, Some(ANALYST), &[("If-None-Match", &tag)]).await;
        assert_eq!((again.status.as_u16(), again.body.len()), (304, 0), "{path}");
    }
    let tag = app.get_as(ANALYST, JSON_LD).await.header("etag").to_owned();
    fold(&app.writer, &[row(1024, 1, &[], "2026-01-02T00:00:03Z")]).await;
    let later = app.send(Method::GET, JSON_LD, Some(ANALYST), &[("If-None-Match", &tag)]).await;
    assert_eq!((later.status.as_u16(), later.header("data-position")), (200, "1024"));
    let early = [("Await-Position", "2048"), ("Prefer", "wait=0")];
    app.send(Method::GET, CATALOG, Some(ANALYST), &early).await.is_problem(503, "not-caught-up");
}

/// How many rows there are is for those who may count.
#[tokio::test]
async fn only_those_who_may_count_are_shown_it() {
    let app = filled().await;
    for path in [CATALOG, JSON_LD] {
        app.get_as(READER, path).await.is_problem(403, "role-required");
        app.get_as(ADMIN, path).await.ok();
        app.get_as(ANALYST, &format!("{path}?limit=1")).await.is_problem(400, "invalid-parameter");
    }
}

#[tokio::test]
async fn addresses_are_those_by_which_the_caller_came_unless_they_are_configured() {
    let app = filled().await;
    let contract = |catalog: &Value| catalog["contract"].as_str().expect("an address").to_owned();
    assert_eq!(contract(&app.get_as(ANALYST, CATALOG).await.ok()), format!("{AT}/v1/contracts/published"));
    let by_tls = app.send(Method::GET, CATALOG, Some(ANALYST), &[("X-Forwarded-Proto", "https")]).await.ok();
    assert_eq!(contract(&by_tls), "https://rookery.test/v1/contracts/published");
    for host in ["user@elsewhere", "a b", "", "<x>"] {
        let answer = app.send_to(host, CATALOG, ANALYST).await;
        answer.is_problem(400, "invalid-header");
    }
    let settings = CatalogSettings::from_environment(&mut Environment::from_pairs([
        ("ROOKERY_PUBLIC_URL", "https://social.example.org/"),
        ("ROOKERY_CATALOG_OWNER", "Example Society"),
        ("ROOKERY_CATALOG_CONTACT", "mailto:data@example.org"),
        ("ROOKERY_CATALOG_LICENSE", "https://creativecommons.org/licenses/by/4.0/"),
        ("ROOKERY_CATALOG_SQL_URL", "postgresql://db.example.org:5432/rookery"),
    ]));
    let state = app.state.clone().with_catalog(settings.expect("all is good"));
    let limits = Limits::for_testing();
    let router = http_kit::standard(query_api::router(state.clone(), &limits), "query-api", &limits);
    let app = App { router, state, ..app };
    let catalog = app.get_as(ANALYST, CATALOG).await.ok();
    assert_eq!(contract(&catalog), "https://social.example.org/v1/contracts/published");
    assert_eq!(
        (&catalog["owner"], &catalog["contact"]),
        (&json!("Example Society"), &json!("mailto:data@example.org"))
    );
    assert_eq!(catalog["license"], "https://creativecommons.org/licenses/by/4.0/");
    let document = app.get_as(ANALYST, JSON_LD).await;
    let text = String::from_utf8(document.body.clone()).expect("it is text");
    assert!(!text.contains("rookery.test") && text.contains("postgresql://db.example.org:5432/rookery"));
    assert_eq!(document.header("content-type"), "application/ld+json");
}

#[tokio::test]
async fn the_linked_document_names_each_column_and_where_it_comes_from() {
    let app = filled().await;
    let document = app.get_as(ANALYST, JSON_LD).await.ok();
    let nodes = document["@graph"].as_array().expect("a graph");
    let node = |id: &str| {
        let id = format!("{AT}{JSON_LD}#{id}");
        nodes.iter().find(|node| node["@id"] == id).unwrap_or_else(|| panic!("{id} is missing"))
    };
    for view in VIEWS {
        let columns = node(view.name)["csvw:tableSchema"]["csvw:column"]["@list"].as_array().expect("a list");
        let names: Vec<&Value> = columns.iter().map(|column| &column["csvw:name"]).collect();
        assert_eq!(names, view.columns.iter().map(|column| column.name).collect::<Vec<_>>());
        for (said, column) in columns.iter().zip(view.columns) {
            let sources = said["prov:wasDerivedFrom"].as_array().map_or(0, Vec::len);
            assert_eq!(sources, column.lineage.len(), "{}.{}", view.name, column.name);
        }
    }
    let page = app.send(Method::GET, "/docs/data-set", None, &[]).await;
    assert!(page.status.is_success() && page.body.starts_with(b"# The data set"));
}
